namespace Farewell.Tcp.Endings;

/// <summary>Who sent the reset that counted.</summary>
public enum ResetBy : byte
{
    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>No reset was seen.</summary>
    None,

    /// <summary>The vantage's own side.</summary>
    Local,

    /// <summary>The other side.</summary>
    Remote,

    /// <summary>Neither: its claimed sender went on as if it had sent none.</summary>
    Path,
}
