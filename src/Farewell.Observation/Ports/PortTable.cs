using System.Runtime.InteropServices;
using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>
/// One pass over the connection table, grouped by destination (what was dialled) and by local port (what came in). Keep one and read it again:
/// from the second reading on nothing is allocated for destinations already met. Not safe for use by several threads at once.
/// </summary>
/// <remarks>
/// The kernel does not say who dialled. A connection counts as accepted if something listens on its local port, or if its local port is
/// outside the ephemeral range and its remote port is inside (the listener is gone); else as dialled.
/// </remarks>
public sealed class PortTable
{
    private const int Ports = ushort.MaxValue + 1;
    private const int RecentSlots = 1024;
    private static readonly TimeSpan YoungAbove = TimeWaitLength.Nominal - TimeSpan.FromSeconds(10);

    private readonly Dictionary<FourTuple, int> _dialledAt = [];
    private readonly Dictionary<ushort, int> _acceptedAt = [];
    private readonly ulong[] _listening = new ulong[Ports / 64];
    private readonly int[] _recent = new int[RecentSlots];
    private readonly ulong[] _bound = new ulong[Ports / 64];
    private readonly ulong[] _idle = new ulong[Ports / 64];
    private (int All, int OfFirstHalf) _idleHeld;
    private readonly ConnectionVisitor _visitBound;
    private readonly ConnectionVisitor _visit;
    private DialledUse[] _dialled = new DialledUse[16];
    private AcceptedUse[] _accepted = new AcceptedUse[16];
    private int _dialledCount;
    private int _acceptedCount;
    private TimeSpan _freshAbove = TimeSpan.MaxValue;
    private ConnectionVisitor? _also;

    /// <summary>An empty one for a host with these ephemeral ports.</summary>
    public PortTable(PortRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        Range = range;
        _visitBound = VisitBound;
        _visit = Visit;
    }

    /// <summary>The ephemeral ports it was made for.</summary>
    public PortRange Range { get; }

    /// <summary>What was dialled, one entry per source and destination, in no order. Valid until the next reading.</summary>
    public ReadOnlySpan<DialledUse> Dialled => _dialled.AsSpan(0, _dialledCount);

    /// <summary>What came in, one entry per local port, in no order. Valid until the next reading.</summary>
    public ReadOnlySpan<AcceptedUse> Accepted => _accepted.AsSpan(0, _acceptedCount);

    /// <summary>
    /// Ports of the range that are bound to no connection: a listener's, or those of sockets that were bound and are neither listening nor
    /// connected (known since Linux 6.8). A plain <c>connect()</c> skips them, whatever its destination.
    /// </summary>
    public int HeldByBind { get; private set; }

    /// <summary>How many of <see cref="HeldByBind"/> a plain <c>connect()</c> would have tried in its first pass.</summary>
    public int HeldByBindOfFirstHalf { get; private set; }

    /// <summary>Connections whose timer began since the reading before: TIME-WAITs, and FIN-WAIT-2s that became theirs.</summary>
    public int Fresh { get; private set; }

    /// <summary>Whether something listens on a local port.</summary>
    public bool IsListening(ushort port) => Has(_listening, port);

    /// <summary>Reads the table.</summary>
    /// <param name="table">Where from.</param>
    /// <param name="since">
    /// How long ago the reading before was: TIME-WAITs younger than that count as <see cref="Fresh"/>. Zero counts none.
    /// </param>
    /// <param name="also">Is shown every connection; null is fastest.</param>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    /// <param name="idleBound">
    /// Whether to look for sockets that are bound and idle, too; otherwise those of the last look count. The kernel walks every TIME-WAIT for
    /// it, which doubles the cost of a reading.
    /// </param>
    public ConnectionReading Read(IConnectionTable table, TimeSpan since = default, ConnectionVisitor? also = null, bool idleBound = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        Clear(since);
        _also = also;
        try
        {
            if (idleBound)
            {
                table.Read(new(TcpStates.Closed), _visitBound);
                _bound.CopyTo(_idle, 0);
                _idleHeld = (HeldByBind, HeldByBindOfFirstHalf);
            }
            else
            {
                _idle.CopyTo(_bound, 0);
                (HeldByBind, HeldByBindOfFirstHalf) = _idleHeld;
            }

            table.Read(new(TcpStates.Listen), _visitBound);
            return table.Read(new(TcpStates.Connected), _visit);
        }
        finally
        {
            _also = null;
        }
    }

    /// <summary>Whether a connection came in, by the rule above and the listeners of the last reading.</summary>
    public bool IsAccepted(in FourTuple tuple) =>
        Has(_listening, tuple.Local.Port) || (!Range.Contains(tuple.Local.Port) && Range.Contains(tuple.Remote.Port));

    private static bool Has(ulong[] set, ushort port) => (set[port >> 6] >> (port & 63) & 1) == 1;

    private void Clear(TimeSpan since)
    {
        _dialledAt.Clear();
        _acceptedAt.Clear();
        Array.Clear(_listening);
        Array.Clear(_bound);
        (_dialledCount, _acceptedCount, HeldByBind, HeldByBindOfFirstHalf, Fresh) = (0, 0, 0, 0, 0);
        _freshAbove = since > TimeSpan.Zero ? TimeWaitLength.Nominal - since : TimeSpan.MaxValue;
    }

    private bool VisitBound(in Connection row)
    {
        var port = row.Tuple.Local.Port;
        if (row.State == TcpState.Listen)
        {
            _listening[port >> 6] |= 1UL << (port & 63);
        }

        if (Range.Contains(port) && !Has(_bound, port))
        {
            _bound[port >> 6] |= 1UL << (port & 63);
            HeldByBind++;
            HeldByBindOfFirstHalf += Range.IsOfFirstHalf(port) ? 1 : 0;
        }

        return _also?.Invoke(row) ?? true;
    }

    private bool Visit(in Connection row)
    {
        var tuple = row.Tuple;
        var fresh = row.Timer == ConnectionTimer.TimeWait && row.TimeLeft.GetValueOrDefault() > _freshAbove ? 1 : 0;
        Fresh += fresh;
        if (IsAccepted(tuple))
        {
            CountAccepted(row, fresh);
        }
        else
        {
            CountDialled(row, tuple, fresh);
        }

        return _also?.Invoke(row) ?? true;
    }

    private void CountDialled(in Connection row, in FourTuple tuple, int fresh)
    {
        var at = At(tuple); // before the array is looked at: it may make a longer one
        ref var use = ref _dialled[at];
        var state = row.State;
        use.States[state]++;
        use.Fresh += fresh;
        use.Orphans += state == TcpState.FinWait2 && row.IsOrphan ? 1 : 0;
        var left = row.TimeLeft.GetValueOrDefault();
        CountPort(ref use, tuple.Local.Port, isYoung: state != TcpState.TimeWait || left > YoungAbove);
        if (state == TcpState.TimeWait)
        {
            use.Returns.Add(left);
        }
    }

    private void CountPort(ref DialledUse use, ushort port, bool isYoung)
    {
        if (!Range.Contains(port))
        {
            use.OutsideRange++;
        }
        else if (Range.IsOfFirstHalf(port))
        {
            use.FirstHalf++;
            use.FirstHalfUpper += Range.IsOfUpperPart(port) ? 1 : 0;
        }
        else
        {
            use.SecondHalf++;
            use.SecondHalfUpper += Range.IsOfUpperPart(port) ? 1 : 0;
            use.SecondHalfYoung += isYoung ? 1 : 0;
        }
    }

    // Nearly every row belongs to one of a few destinations: a look into a small cache spares the dictionary, which costs most of the pass.
    private int At(in FourTuple tuple)
    {
        ref var recent = ref _recent[tuple.Remote.QuickHash % RecentSlots];
        if (recent < _dialledCount && _dialled[recent].Destination == tuple.Remote && _dialled[recent].Source.HasAddressOf(tuple.Local))
        {
            return recent;
        }

        ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_dialledAt, new(tuple.Local.WithPort(0).Unmap(), tuple.Remote.Unmap()), out var known);
        if (!known)
        {
            at = _dialledCount++;
            if (at == _dialled.Length)
            {
                Array.Resize(ref _dialled, 2 * at);
            }

            _dialled[at] = new() { Source = tuple.Local.WithPort(0).Unmap(), Destination = tuple.Remote.Unmap() };
        }

        return recent = at;
    }

    private void CountAccepted(in Connection row, int fresh)
    {
        ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_acceptedAt, row.Tuple.Local.Port, out var known);
        if (!known)
        {
            at = _acceptedCount++;
            if (at == _accepted.Length)
            {
                Array.Resize(ref _accepted, 2 * at);
            }

            _accepted[at] = new() { Port = row.Tuple.Local.Port, IsListening = IsListening(row.Tuple.Local.Port) };
        }

        ref var use = ref _accepted[at];
        use.States[row.State]++;
        use.Fresh += fresh;
        use.Orphans += row is { State: TcpState.FinWait2, IsOrphan: true } ? 1 : 0;
        if (row.State == TcpState.CloseWait)
        {
            use.CloseWait = row.Tuple;
        }
    }
}
