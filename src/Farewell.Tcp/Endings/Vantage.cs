namespace Farewell.Tcp.Endings;

/// <summary>Whose view an ending is: what kind of witness it comes from.</summary>
public enum Vantage : byte
{
    /// <summary>Not stated.</summary>
    Unknown,

    /// <summary>Segments captured on an interface or read from a file.</summary>
    Packets,

    /// <summary>The kernel's connection table of one host.</summary>
    Table,

    /// <summary>What an application's socket reported.</summary>
    Socket,

    /// <summary>Farewell's own sessions.</summary>
    Library,

    /// <summary>The deterministic simulator.</summary>
    Simulator,

    /// <summary>Several of these combined.</summary>
    Combined,
}
