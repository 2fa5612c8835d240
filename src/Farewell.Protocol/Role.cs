namespace Farewell.Protocol;

/// <summary>Who closes first: <c>docs/protocol.md</c> section 1. The values are those on the wire.</summary>
public enum Role : byte
{
    /// <summary>The side that never closes first.</summary>
    Stayer = 0,

    /// <summary>The side that leaves.</summary>
    Leaver = 1,
}
