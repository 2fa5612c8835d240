using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>What came in on one local port. None of it takes an ephemeral port.</summary>
public struct AcceptedUse
{
    /// <summary>The local port.</summary>
    public ushort Port { get; init; }

    /// <summary>Whether something listens on it now; else it did, or so it looks.</summary>
    public bool IsListening { get; set; }

    /// <summary>Connections by state.</summary>
    public StateCounts States;

    /// <summary>TIME-WAITs begun since the reading before.</summary>
    public int Fresh;

    /// <summary>Those in FIN-WAIT-2 that no application holds any more.</summary>
    public int Orphans;

    /// <summary>One of those in CLOSE-WAIT, so that its owner can be named; all zero when there is none.</summary>
    public FourTuple CloseWait { get; set; }
}
