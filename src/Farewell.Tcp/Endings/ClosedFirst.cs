namespace Farewell.Tcp.Endings;

/// <summary>Who closed first, which decides who holds TIME-WAIT.</summary>
public enum ClosedFirst : byte
{
    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>The vantage's own side sent its FIN before it had received one.</summary>
    Local,

    /// <summary>The other side sent its FIN before it had received one.</summary>
    Remote,

    /// <summary>The FINs crossed: each side sent its own before it received the other's.</summary>
    Both,

    /// <summary>No side sent a FIN.</summary>
    None,
}
