using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>What this host holds towards one destination from one source address, as counted in one pass over the table.</summary>
public struct DialledUse
{
    /// <summary>The address dialled from; its port is 0. IPv4-mapped addresses are counted as IPv4, as the kernel does.</summary>
    public Endpoint Source { get; init; }

    /// <summary>The address and port dialled.</summary>
    public Endpoint Destination { get; init; }

    /// <summary>Connections by state.</summary>
    public StateCounts States;

    /// <summary>Those on a port of the range that a plain <c>connect()</c> tries first.</summary>
    public int FirstHalf;

    /// <summary>Those on the other ports of the range.</summary>
    public int SecondHalf;

    /// <summary>Those of <see cref="FirstHalf"/> in the upper part of the range.</summary>
    public int FirstHalfUpper;

    /// <summary>Those of <see cref="SecondHalf"/> in the upper part of the range.</summary>
    public int SecondHalfUpper;

    /// <summary>Those of <see cref="SecondHalf"/> that are live or whose TIME-WAIT began within the last 10 s.</summary>
    public int SecondHalfYoung;

    /// <summary>Those on ports outside the range, or reserved: bound on purpose.</summary>
    public int OutsideRange;

    /// <summary>Those in FIN-WAIT-2 that no application holds any more.</summary>
    public int Orphans;

    /// <summary>Those begun or left since the reading before (<see cref="PortTable.Read"/>), as far as TIME-WAITs tell.</summary>
    public int Fresh;

    /// <summary>When its TIME-WAITs expire.</summary>
    public ReturnSchedule Returns;

    /// <summary>How many ports of the range it takes.</summary>
    public readonly int InRange => FirstHalf + SecondHalf;
}
