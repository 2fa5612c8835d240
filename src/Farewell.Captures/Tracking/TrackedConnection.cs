using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Captures.Tracking;

/// <summary>One connection as its packets show it: one incarnation of its four-tuple.</summary>
public sealed class TrackedConnection
{
    private readonly int _keep;
    private List<TimedSegment>? _segments;

    internal TrackedConnection(FourTuple tuple, int incarnation, TimeSpan firstSeen, int keep)
    {
        (Tuple, Incarnation, FirstSeen, LastSeen, _keep) = (tuple, incarnation, firstSeen, firstSeen, keep);
    }

    /// <summary>The connection's name, local side first.</summary>
    public FourTuple Tuple { get; }

    /// <summary>Which connection on this four-tuple it is, from 1 for the first that was tracked.</summary>
    public int Incarnation { get; }

    /// <summary>When its first packet was seen.</summary>
    public TimeSpan FirstSeen { get; }

    /// <summary>When its last packet was seen.</summary>
    public TimeSpan LastSeen { get; private set; }

    /// <summary>Packets from the local side.</summary>
    public long PacketsFromLocal { get; private set; }

    /// <summary>Packets from the remote side.</summary>
    public long PacketsFromRemote { get; private set; }

    /// <summary>Packets both ways.</summary>
    public long Packets => PacketsFromLocal + PacketsFromRemote;

    /// <summary>Octets of payload from the local side, those sent again counted again.</summary>
    public long BytesFromLocal { get; private set; }

    /// <summary>Octets of payload from the remote side, those sent again counted again.</summary>
    public long BytesFromRemote { get; private set; }

    /// <summary>Its first segments, as many as <see cref="ConnectionTracker"/> was told to keep (none unless told).</summary>
    public IReadOnlyList<TimedSegment> Segments => _segments ?? (IReadOnlyList<TimedSegment>)[];

    /// <summary>
    /// The judge, fed with every segment except a SYN that cannot be of this connection, and with <see cref="CloseEventKind.Reopened"/>
    /// when a next incarnation began.
    /// </summary>
    public EndingJudge Judge { get; } = new();

    /// <summary>Whether a next connection on the same four-tuple was seen.</summary>
    public bool WasReopened { get; private set; }

    internal Lifetime Life;

    /// <summary>How it ended as far as its packets tell.</summary>
    public Ending Ending(Vantage vantage = Vantage.Packets, Assumptions assumptions = default) => Judge.Verdict(vantage, assumptions);

    internal Side SideOf(in Endpoint sender) => sender == Tuple.Local ? Side.Local : Side.Remote;

    internal void Take(TimeSpan at, Side from, in Segment segment)
    {
        LastSeen = at;
        if (from == Side.Local)
        {
            PacketsFromLocal++;
            BytesFromLocal += segment.Length;
        }
        else
        {
            PacketsFromRemote++;
            BytesFromRemote += segment.Length;
        }

        if (_keep > 0 && (_segments ??= []).Count < _keep)
        {
            _segments.Add(new TimedSegment(at, from, segment));
        }

        if (Life.Take(from, segment))
        {
            Judge.Observe(CloseEvent.Of(at, from, segment));
        }
    }

    internal void Reopen(TimeSpan at, Side by)
    {
        WasReopened = true;
        Judge.Observe(new CloseEvent(at, by, CloseEventKind.Reopened));
    }
}
