using Farewell.Observation.Linux;
using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Observation.Settings;
using Farewell.Tcp;

namespace Farewell.Observation.Readings;

/// <summary>
/// Takes readings of one network namespace, each with what changed since the one before. Needs no privilege; with root it also names the
/// processes of others. Not safe for use by several threads at once.
/// </summary>
public sealed class MachineReader : IDisposable
{
    // A difference of two counts less than this apart is no rate.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(0.5);

    // The kernel counts in jiffies, and the pass itself takes some milliseconds.
    private static readonly TimeSpan TableSlack = TimeSpan.FromMilliseconds(20);

    // Where owners are kept for a while, readings that look for bound sockets, too, take at most this share of the time.
    private const int ThoroughShare = 500;

    private readonly NetworkNamespace? _namespace;
    private readonly IConnectionTable _table;
    private readonly TimeProvider _time;
    private readonly OwnerMemory _memory = new();
    private readonly Dictionary<(Endpoint, Endpoint), int> _liveBefore = [];
    private SocketOwners _owners = SocketOwners.None;
    private HashSet<ulong> _closeWaitBefore = [];
    private long? _ownersRead;
    private (long Begun, TimeSpan Took)? _thorough;
    private Dictionary<(Endpoint, Endpoint), int> _bound = [];
    private PortTable? _ports;
    private KernelSettings? _settings;
    private (long Taken, TcpCounters? Counters, ConnectionTracking? Tracking)? _before;

    private MachineReader(NetworkNamespace? inside, TimeProvider time)
    {
        (_namespace, _time) = (inside, time);
        _table = Inside(ConnectionTable.Open);
    }

    /// <summary>A reader of the calling thread's network namespace.</summary>
    public static MachineReader Open(TimeProvider? time = null, TimeSpan ownersKept = default) =>
        new(OperatingSystem.IsLinux() ? NetworkNamespace.Current() : null, time ?? TimeProvider.System) { OwnersKept = ownersKept };

    /// <summary>A reader of the network namespace that a process is in.</summary>
    /// <exception cref="ObservationException">There is no such process, it may not be entered, or this platform has no namespaces.</exception>
    public static MachineReader OfProcess(int processId, TimeProvider? time = null, TimeSpan ownersKept = default) => OperatingSystem.IsLinux()
        ? new(NetworkNamespace.OfProcess(processId), time ?? TimeProvider.System) { OwnersKept = ownersKept }
        : throw new ObservationException(ObservationFailure.Unsupported, "Only Linux has network namespaces.");

    /// <summary>
    /// How long the list of processes and their sockets, and of sockets that bound their port, is used before it is read again; zero, the default,
    /// reads it every time. It costs milliseconds on a machine with many processes. Sockets that bound their port are looked for as seldom, and where that takes long, so
    /// seldom that it takes a five-hundredth of the time: the kernel walks every TIME-WAIT once more for it.
    /// </summary>
    public TimeSpan OwnersKept { get; init; }

    /// <summary>Takes a reading.</summary>
    /// <param name="details">
    /// Whether to name owners and look at every connection for what only findings need; without it a reading costs a fraction.
    /// </param>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    public MachineReading Read(bool details = true) => Inside(() => Take(details));

    /// <summary>
    /// Counts the connections without making a reading of them: the cheapest look. Valid until the next one.
    /// </summary>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    public PortTable Count()
    {
        Inside(() => Ports().Read(_table, idleBound: false));
        return _ports!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        if (OperatingSystem.IsLinux())
        {
            _namespace?.Dispose();
        }
    }

    private T Inside<T>(Func<T> work) => _namespace is { } inside && OperatingSystem.IsLinux() ? inside.Run(work) : work();

    private PortTable Ports()
    {
        _settings = KernelSettings.Read();
        var range = _settings.Range ?? PlatformRange();
        if (_ports is not { } ports || ports.Range.ToString() != range.ToString() || ports.Range.Usable != range.Usable)
        {
            _ports = new(range);
        }

        return _ports;
    }

    // Windows since Vista, if netsh would not say.
    private static PortRange PlatformRange() => OperatingSystem.IsLinux() ? PortRange.LinuxDefault : new(49152, 65535);

    private MachineReading Take(bool details)
    {
        Dictionary<string, string> missing = [];
        var ports = Ports();
        var settings = _settings!;
        if (settings.Range is null)
        {
            missing.Add("settings", OperatingSystem.IsLinux() ? "The kernel's settings cannot be read: is /proc/sys mounted?"
                : OperatingSystem.IsWindows() ? "netsh did not tell the range of ephemeral ports; that of a fresh Windows is assumed."
                : "This platform's settings are not read.");
        }

        if (_table.Missing is { } lacking)
        {
            missing.Add("connections", lacking);
        }

        var thorough = details && IsThoroughDue();
        if (details)
        {
            if (_ownersRead is not { } read || _time.GetElapsedTime(read) >= OwnersKept)
            {
                _owners = SocketOwners.Read();
                _ownersRead = _time.GetTimestamp();
            }

            if (_owners.HiddenProcesses > 0)
            {
                missing.Add("owners", $"The sockets of {_owners.HiddenProcesses} processes of other users cannot be seen; run as root to name them.");
            }
        }

        var counters = TryReadCounters(missing);
        var taken = _time.GetTimestamp();
        var interval = _before is { } earlier ? _time.GetElapsedTime(earlier.Taken, taken) : TimeSpan.Zero;
        var collector = details ? new RowCollector(ports, _owners, _memory, _closeWaitBefore) : null;

        // A TIME-WAIT counted before the kernel shows it must not look killed: what began since then up to now is fresh, and a little more.
        var since = _before is { } counted ? _time.GetElapsedTime(counted.Taken) + TableSlack : TimeSpan.Zero;
        ports.Read(_table, since, collector?.Visitor, idleBound: thorough);
        if (thorough)
        {
            _bound = BoundByNumber(ports);
        }

        var tracking = ConnectionTracking.Read(settings, thorough);
        tracking = tracking is { TimeWait: null } && !thorough ? tracking with { TimeWait = _before?.Tracking?.TimeWait } : tracking;
        _thorough = thorough ? (taken, _time.GetElapsedTime(taken)) : _thorough;
        var reading = Compose(ports, settings, counters, interval, collector, tracking) with { Missing = missing };
        _before = (taken, counters, tracking);
        _closeWaitBefore = collector?.CloseWaitCookies ?? _closeWaitBefore;
        return reading;
    }

    private bool IsThoroughDue()
    {
        if (OwnersKept == TimeSpan.Zero || _thorough is not { } last)
        {
            return true;
        }

        var since = _time.GetElapsedTime(last.Begun);
        return since >= OwnersKept && since >= ThoroughShare * last.Took;
    }

    private MachineReading Compose(
        PortTable ports, KernelSettings settings, TcpCounters? counters, TimeSpan interval, RowCollector? collector, ConnectionTracking? tracking)
    {
        var budgets = PortBudgets.Of(ports.Dialled, ports.Range, (ports.HeldByBind, ports.HeldByBindOfFirstHalf), settings.Reuse,
            (source, destination) => _bound.GetValueOrDefault((source, destination)),
            Growth(ports, interval));
        RememberLive(ports);
        var dialledAddresses = budgets.Select(b => b.Destination.WithPort(0)).ToHashSet();
        return new()
        {
            At = _time.GetUtcNow(),
            Interval = interval,
            Range = ports.Range,
            Settings = settings,
            Counters = counters,
            Counted = _before?.Counters is { } before && counters is not null ? counters.Since(before) : null,
            Budgets = budgets,
            Accepted = ports.Accepted.ToArray(),
            HeldByBind = ports.HeldByBind,
            ListeningPorts = collector?.ListeningPorts ?? [],
            Listeners = collector?.ListenerOwners ?? new Dictionary<ushort, IReadOnlyList<SocketOwner>>(),
            Fresh = ports.Fresh,
            DialledOrphans = Sum(ports.Dialled, static use => use.Orphans),
            AcceptedOrphans = Sum(ports.Accepted, static use => use.Orphans),
            CloseWaits = collector?.CloseWaits ?? [],
            SharedListeners = collector?.SharedListeners ?? [],
            AcceptedTimeWaits = collector?.AcceptedTimeWaits(dialledAddresses) ?? AcceptedTimeWaits.None,
            Owners = collector is null ? [] : [.. budgets.Select(b => collector.OwnersOf(b.Source, b.Destination))],
            Memory = SocketMemory.Read(),
            Tracking = tracking,
            TrackingDropped = tracking?.Dropped - _before?.Tracking?.Dropped,
            TrackingForgotten = tracking?.EarlyDropped - _before?.Tracking?.EarlyDropped,
        };
    }

    private Dictionary<(Endpoint, Endpoint), int> BoundByNumber(PortTable ports)
    {
        Dictionary<(Endpoint, Endpoint), int> bound = [];
        _table.Read(new(TcpStates.Connected & ~TcpStates.TimeWait, BoundByNumber: true), (in row) =>
        {
            if (ports.Range.Contains(row.Tuple.Local.Port) && !ports.IsAccepted(row.Tuple))
            {
                var key = (row.Tuple.Local.WithPort(0).Unmap(), row.Tuple.Remote.Unmap());
                bound[key] = bound.GetValueOrDefault(key) + 1;
            }

            return true;
        });
        return bound;
    }

    private Func<Endpoint, Endpoint, double>? Growth(PortTable ports, TimeSpan interval)
    {
        if (interval < LeastInterval)
        {
            return null;
        }

        Dictionary<(Endpoint, Endpoint), double> growth = [];
        foreach (ref readonly var use in ports.Dialled)
        {
            if (_liveBefore.TryGetValue((use.Source, use.Destination), out var before)
                && PortForecast.GrowthPerSecond(before, use.States.Live, PortBudgets.RatePerSecond(use.Returns), interval) is var perSecond and not 0)
            {
                growth.Add((use.Source, use.Destination), perSecond);
            }
        }

        return (source, destination) => growth.GetValueOrDefault((source, destination));
    }

    private void RememberLive(PortTable ports)
    {
        _liveBefore.Clear();
        foreach (ref readonly var use in ports.Dialled)
        {
            _liveBefore[(use.Source, use.Destination)] = use.States.Live;
        }
    }

    private static TcpCounters? TryReadCounters(Dictionary<string, string> missing)
    {
        try
        {
            return TcpCounters.Read();
        }
        catch (ObservationException refused)
        {
            missing.Add("counters", refused.Message);
            return null;
        }
    }

    private static int Sum<T>(ReadOnlySpan<T> uses, Func<T, int> value)
    {
        var sum = 0;
        foreach (var use in uses)
        {
            sum += value(use);
        }

        return sum;
    }
}
