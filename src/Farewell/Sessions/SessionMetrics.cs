using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Farewell.Protocol;

namespace Farewell.Sessions;

/// <summary>The instruments of the meter <c>Farewell</c>: <c>docs/metrics.md</c>. What nobody listens to costs one test of a flag.</summary>
internal sealed class SessionMetrics
{
    public const string Name = "Farewell";

    private static readonly ConditionalWeakTable<IMeterFactory, SessionMetrics> ByFactory = [];

    private readonly Counter<long> _endings;
    private readonly Counter<long> _probes;
    private readonly UpDownCounter<long> _open;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _unconfirmed;
    private readonly Counter<long> _octets;
    private readonly Histogram<double> _asks;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _drops;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _turnedAway;

    public SessionMetrics(IMeterFactory? factory)
    {
        var options = new MeterOptions(Name) { Version = typeof(SessionMetrics).Assembly.GetName().Version?.ToString(3) };
        var meter = factory?.Create(options) ?? new Meter(options);
        _endings = meter.CreateCounter<long>("farewell.endings", "{ending}", "Connections ended, by who closed first, how, who holds the TIME_WAIT, why, and the own role.");
        _probes = meter.CreateCounter<long>("farewell.probes", "{connection}", "Connections that came and went without an octet, as health checks do.");
        _open = meter.CreateUpDownCounter<long>("farewell.sessions.open", "{session}", "Connections that are not ended.");
        _duration = meter.CreateHistogram<double>("farewell.sessions.duration", "s", "From a connection's begin to its end; probes not counted.", null, Advise([0.01, 0.1, 1, 10, 60, 600, 3600, 36000]));
        _messages = meter.CreateCounter<long>("farewell.messages", "{message}", "Messages and asks, sent (accepted to be sent) and received.");
        _unconfirmed = meter.CreateCounter<long>("farewell.messages.unconfirmed", "{message}", "Own messages written whose handling the peer had not confirmed when the connection ended.");
        _octets = meter.CreateCounter<long>("farewell.octets", "By", "Octets of connections, sent and received, before any TLS.");
        _asks = meter.CreateHistogram<double>("farewell.asks.duration", "s", "From an own ask to what came of it.", null, Advise([0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]));
        _refused = meter.CreateCounter<long>("farewell.asks.refused", "{ask}", "Asks of peers that were refused as not begun.");
        _drops = meter.CreateCounter<long>("farewell.queue.drops", "{message}", "Messages that a full queue dropped.");
        _faults = meter.CreateCounter<long>("farewell.handlers.failed", "{handler}", "Handlers that threw, each of which ended its connection.");
        _turnedAway = meter.CreateCounter<long>("farewell.connections.refused", "{connection}", "Connections that a server turned away.");
    }

    /// <summary>Those of everybody who brings no factory.</summary>
    public static SessionMetrics Shared { get; } = new(null);

    public static SessionMetrics Of(IMeterFactory? factory) => factory is null ? Shared : ByFactory.GetValue(factory, static factory => new SessionMetrics(factory));

    public bool MeasuresAsks => _asks.Enabled;

    public void Began(Role role) => _open.Add(1, Tag(role));

    public void Ended(SessionReport report)
    {
        var role = Tag(report.Role);
        _open.Add(-1, role);
        if (_endings.Enabled)
        {
            var ending = report.Ending;
            _endings.Add(1, new TagList
            {
                { "closed_by", Names.Of(ending.ClosedFirst) },
                { "how", Names.Of(ending.How) },
                { "time_wait_at", Names.Of(ending.TimeWait.Holder) },
                { "reason", Names.Of(report.Cause) },
                role,
            });
        }

        if (report.Cause == Cause.Probe)
        {
            _probes.Add(1);
            return;
        }

        _duration.Record(report.Duration.TotalSeconds, role);
        Add(_unconfirmed, report.Messages.Unconfirmed, role);
    }

    /// <summary>A handler threw, or a closing manner.</summary>
    public void Failed(Role role) => _faults.Add(1, Tag(role));

    public void Message(bool isSent, bool isAsk)
    {
        if (_messages.Enabled)
        {
            _messages.Add(1, Direction(isSent), new("kind", isAsk ? "ask" : "message"));
        }
    }

    public void Octets(bool isSent, int count)
    {
        if (_octets.Enabled && count > 0)
        {
            _octets.Add(count, Direction(isSent));
        }
    }

    public void Asked(TimeSpan took, string outcome) => _asks.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void Refused(RefusedReason reason, long count = 1) => Add(_refused, count, new("reason", Names.Of(reason)));

    public void Dropped(FullQueue policy) => Add(_drops, 1, new("policy", Names.Of(policy)));

    /// <summary>Told to come back later, or reset when too many linger over that.</summary>
    public void TurnedAway(DismissReason reason, bool isReset) => Add(_turnedAway, 1, new("reason", isReset ? "overload" : Names.Of(reason)));

    private static void Add(Counter<long> counter, long count, KeyValuePair<string, object?> tag)
    {
        if (count > 0)
        {
            counter.Add(count, tag);
        }
    }

    private static KeyValuePair<string, object?> Tag(Role role) => new("role", role == Role.Stayer ? "stayer" : "leaver");

    private static KeyValuePair<string, object?> Direction(bool isSent) => new("direction", isSent ? "sent" : "received");

    private static InstrumentAdvice<double> Advise(double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
