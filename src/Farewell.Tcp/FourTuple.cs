namespace Farewell.Tcp;

/// <summary>What names a connection, and what a TIME-WAIT protects: both endpoints, seen from one side.</summary>
/// <param name="Local">The endpoint of the vantage's own side.</param>
/// <param name="Remote">The other endpoint.</param>
public readonly record struct FourTuple(Endpoint Local, Endpoint Remote)
{
    /// <summary>The same connection seen from the other side.</summary>
    public FourTuple Swap() => new(Remote, Local);

    /// <summary>The tuple as <c>local -> remote</c>.</summary>
    public override string ToString() => $"{Local} -> {Remote}";
}
