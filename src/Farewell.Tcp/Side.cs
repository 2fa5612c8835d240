namespace Farewell.Tcp;

/// <summary>One of the two sides of a connection, seen from a vantage.</summary>
public enum Side : byte
{
    /// <summary>The side that the vantage calls its own.</summary>
    Local,

    /// <summary>The other side.</summary>
    Remote,
}

/// <summary>Arithmetic on <see cref="Side"/>.</summary>
public static class SideExtensions
{
    /// <summary>The opposite side.</summary>
    public static Side Other(this Side side) => side == Side.Local ? Side.Remote : Side.Local;
}
