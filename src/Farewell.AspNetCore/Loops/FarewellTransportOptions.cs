using Farewell.Listening;

namespace Farewell.AspNetCore;

/// <summary>How Farewell's event loops carry Kestrel.</summary>
public sealed class FarewellTransportOptions
{
    /// <summary>Event loops, each a thread, 0 or more; 0 (the default) is one for each processor.</summary>
    public int Loops { get; set; }

    /// <summary>
    /// Whether what reads a connection runs on its loop: fastest, and only for handlers that never block a thread. Default no: it runs on the thread pool, as with Kestrel's own transport.
    /// </summary>
    public bool RunsOnLoops { get; set; }

    /// <summary>Backlog, and what a killed process does to its connections.</summary>
    public ListenOptions Listen { get; set; } = new();
}
