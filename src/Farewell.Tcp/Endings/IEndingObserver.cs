namespace Farewell.Tcp.Endings;

/// <summary>Is told of every connection that ends, by whichever vantage it is given to.</summary>
public interface IEndingObserver
{
    /// <summary>A connection ended.</summary>
    /// <param name="tuple">The connection, seen from this host.</param>
    /// <param name="ending">How, as far as the vantage knows.</param>
    void OnEnded(in FourTuple tuple, Ending ending);
}
