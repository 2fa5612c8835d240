namespace Farewell;

/// <summary>What carries connections.</summary>
public enum Carrier : byte
{
    /// <summary>The event loops where there are any (Linux, on the system's clock), .NET's own sockets elsewhere.</summary>
    Automatic,

    /// <summary>Event loops of Farewell's own: Linux only. Handlers run on a loop's thread until they first wait, and must not block it.</summary>
    EventLoops,

    /// <summary>.NET's own sockets, on every platform.</summary>
    Portable,
}
