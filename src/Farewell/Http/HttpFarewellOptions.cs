using System.Diagnostics.Metrics;
using Farewell.Departures;
using Farewell.Sockets;
using Microsoft.Extensions.Logging;

namespace Farewell.Http;

/// <summary>How an HTTP client's connections end. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed class HttpFarewellOptions
{
    /// <summary>
    /// How a connection ends that is let go while nothing can be lost; in every other case by a FIN, whatever stands here (<see cref="HttpUse"/>). Default:
    /// a FIN, while there are ports enough.
    /// </summary>
    public Departure Departure { get; set; } = Departure.Auto;

    /// <summary>The patience with the server after our FIN. Default: <see cref="DrainLimit.Default"/>.</summary>
    public DrainLimit Drain { get; set; } = DrainLimit.Default;

    /// <summary>
    /// How many ends may run on at a time, in this process, before this client gives up the oldest of them: 1 or more. Each holds a file descriptor. Default 1,024.
    /// </summary>
    public int MostRunning { get; set; } = 1024;

    /// <summary>Who chooses when <see cref="Departure"/> is auto, and counts the TIME_WAITs; null: the one of the process, shared with Farewell's sessions.</summary>
    public DepartureChooser? Departures { get; set; }

    /// <summary>Is told of every ending, on any thread; what it throws is logged.</summary>
    public Action<HttpEnding>? OnEnded { get; set; }

    /// <summary>Where to log; null is nowhere.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>Whose meter counts, as in a generic host; null is a meter of the process's own. Either is called <c>Farewell.Http</c>.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of the range it documents.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Drain.Time, TimeSpan.Zero, nameof(Drain));
        ArgumentOutOfRangeException.ThrowIfNegative(Drain.Octets, nameof(Drain));
        ArgumentOutOfRangeException.ThrowIfLessThan(MostRunning, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)Departure, (byte)Departure.Reset, nameof(Departure));
    }
}
