namespace Farewell.Tcp.Endings;

/// <summary>Where a reset stands among the FINs, by what its sender had sent and received by then.</summary>
public enum ResetAt : byte
{
    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>No reset was seen.</summary>
    None,

    /// <summary>Its sender had neither sent nor received a FIN.</summary>
    Before,

    /// <summary>Its sender had sent a FIN or received one.</summary>
    Between,

    /// <summary>Its sender had sent a FIN and received one.</summary>
    After,
}
