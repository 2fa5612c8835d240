using System.Runtime.Versioning;
using Farewell.Captures.Tracking;
using Farewell.Tcp.Endings;

namespace Farewell.Captures.Live;

/// <summary>
/// The endings of this host's connections as they happen, from its FINs and resets alone (AF_PACKET with a filter in the kernel): a few segments a
/// connection, whatever it carries. Acknowledgements are not captured: a FIN each way and no reset counts as orderly, with the TIME-WAIT at the side
/// that closed first.
/// </summary>
/// <remarks>Sees the network namespace of the thread that starts it. Needs CAP_NET_RAW there.</remarks>
[SupportedOSPlatform("linux")]
public sealed class LiveEndings : IDisposable
{
    /// <summary>How long after its last segment a connection counts as over when only one side has closed.</summary>
    public static readonly TimeSpan HalfClosedLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long a connection is kept after its second FIN, for a reset that may follow: 0.1 to 0.2 s.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly ConnectionTracker _tracker = new(LocalSide.ByFirstPacket);
    private readonly IEndingObserver _observer;
    private readonly LiveCapture _capture;
    private readonly Timer _sweep;
    private TimeSpan _now;
    private TimeSpan _atLastSweep;

    private LiveEndings(string? interfaceName, IEndingObserver observer, IReadOnlyList<ushort> ports)
    {
        _observer = observer;
        _capture = LiveCapture.Start(interfaceName, new CaptureFilter { OnlySynFinReset = true, Ports = ports }, Take);
        _sweep = new Timer(_ => Sweep(), null, Settled, Settled);
    }

    /// <summary>Endings told so far.</summary>
    public long Told { get; private set; }

    /// <summary>Segments that the kernel had no room to deliver: each may have cost an ending.</summary>
    public long Lost => _capture.Dropped;

    /// <summary>Begins.</summary>
    /// <param name="interfaceName">The interface; null for all.</param>
    /// <param name="observer">Is told, on the capture's thread, one at a time.</param>
    /// <param name="ports">Only connections with one of these ports at either end; null for all.</param>
    /// <exception cref="CaptureException">It cannot begin: not permitted, or no such interface.</exception>
    public static LiveEndings Start(string? interfaceName, IEndingObserver observer, IReadOnlyList<ushort>? ports = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new(interfaceName, observer, ports ?? []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        _capture.Dispose();
        lock (_gate)
        {
            Tell(static connection => connection.Life.HasEnded);
        }
    }

    private void Take(in CapturedPacket packet)
    {
        if (!PacketParser.TryParse(packet, out var tcp))
        {
            return;
        }

        lock (_gate)
        {
            _now = packet.At;
            _tracker.Observe(_now, tcp);
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            // Nothing came for it since the sweep before: by packets' own clock, whatever that is.
            var before = _atLastSweep;
            _atLastSweep = _now;
            Tell(connection => (connection.Life.HasEnded && connection.LastSeen <= before)
                || (connection.Life.IsHalfClosed && before - connection.LastSeen > HalfClosedLimit));
        }
    }

    private void Tell(Predicate<TrackedConnection> over)
    {
        foreach (var ended in _tracker.Take(over))
        {
            Told++;
            _observer.OnEnded(ended.Tuple, Complete(ended.Ending()));
        }
    }

    private static Ending Complete(Ending ending) => ending.How is How.Open or How.Unknown && ending.ResetBy is ResetBy.Unknown or ResetBy.None
        ? ending with
        {
            How = How.Orderly,
            TimeWait = new(ending.ClosedFirst switch
            {
                ClosedFirst.Local => TimeWaitHolder.Local,
                ClosedFirst.Remote => TimeWaitHolder.Remote,
                ClosedFirst.Both => TimeWaitHolder.Both,
                _ => TimeWaitHolder.Unknown,
            }),
        }
        : ending;
}
