namespace Farewell.Tcp.Endings;

/// <summary>How a connection ended.</summary>
public enum How : byte
{
    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>By a FIN in each direction. A reset may still have followed: see <see cref="Ending.ResetAt"/>.</summary>
    Orderly,

    /// <summary>By a reset before a FIN had gone in each direction.</summary>
    Reset,

    /// <summary>It never began: the SYN was answered by a reset.</summary>
    Refused,

    /// <summary>A side gave up waiting for the other.</summary>
    TimedOut,

    /// <summary>It has not ended as far as this vantage has seen; it may be half closed.</summary>
    Open,
}
