using System.Globalization;
using System.Net;
using System.Text;
using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;
using static Farewell.Observation.Recording.RecordedField;

namespace Farewell.Observation.Recording;

/// <summary>Turns the samples of one file back into readings. Whatever the octets are, it ends in a reading or in false, never in an exception.</summary>
internal sealed class SampleDecoder
{
    private const int MostKeyOctets = 4096;
    private const int MostEntities = 1_000_000;

    private readonly List<(RecordedKind Kind, string Key, long[] Values)> _entities = [];
    private long _milliseconds;
    private TcpCounters? _before;

    /// <summary>Takes one sample; false when it makes no sense, after which the rest of the file does not either.</summary>
    public bool TryDecode(ReadOnlySpan<byte> sample, out MachineReading? reading)
    {
        reading = null;
        if (!Varint.TryReadSigned(ref sample, out var elapsed))
        {
            return false;
        }

        _milliseconds = unchecked(_milliseconds + elapsed);
        while (!sample.IsEmpty)
        {
            if (!Varint.TryRead(ref sample, out var code) || !(code == 0 ? Name(ref sample) : Change(code - 1, ref sample)))
            {
                return false;
            }
        }

        return TryCompose(out reading);
    }

    private bool Name(ref ReadOnlySpan<byte> sample)
    {
        if (sample.IsEmpty || _entities.Count >= MostEntities)
        {
            return false;
        }

        var kind = (RecordedKind)sample[0];
        sample = sample[1..];
        if (!Varint.TryRead(ref sample, out var length) || length > MostKeyOctets || (int)length > sample.Length)
        {
            return false;
        }

        _entities.Add((kind, Encoding.UTF8.GetString(sample[..(int)length]), new long[Most]));
        sample = sample[(int)length..];
        return true;
    }

    private bool Change(ulong code, ref ReadOnlySpan<byte> sample)
    {
        if (code / Most >= (ulong)_entities.Count || !Varint.TryReadSigned(ref sample, out var change))
        {
            return false;
        }

        ref var value = ref _entities[(int)(code / Most)].Values[code % Most];
        value = unchecked(value + change);
        return true;
    }

    private bool TryCompose(out MachineReading? reading)
    {
        reading = null;
        var machine = Present(RecordedKind.Machine).Select(e => e.Values).FirstOrDefault();
        if (machine is null || machine[Machine.RangeLow] is < 1 or > ushort.MaxValue || machine[Machine.RangeHigh] is < 1 or > ushort.MaxValue
            || machine[Machine.RangeLow] > machine[Machine.RangeHigh] || Math.Abs(_milliseconds) > 100_000_000_000_000)
        {
            return false;
        }

        var counters = new TcpCounters(_entities.Where(e => e.Kind == RecordedKind.Counter).DistinctBy(e => e.Key).ToDictionary(e => e.Key, e => e.Values[Presence]));
        var settings = new KernelSettings(Present(RecordedKind.Setting).Select(e => e.Key.Split('=', 2)).Where(s => s.Length == 2)
            .DistinctBy(s => s[0]).ToDictionary(s => s[0], s => s[1]));
        var budgets = Present(RecordedKind.Budget).Select(Budgeted).Where(b => b.Budget is not null).OrderByDescending(b => b.Budget!.Share)
            .ThenByDescending(b => b.Budget!.InUse).ToList();
        var accepted = Present(RecordedKind.Accepted).Select(AcceptedAt).OfType<(AcceptedUse Use, SocketOwner? Owner)>().ToList();
        reading = new()
        {
            At = DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds),
            Interval = TimeSpan.FromMilliseconds(Math.Clamp(machine[Machine.IntervalMilliseconds], 0, 86_400_000)),
            Range = settings.Range ?? new((ushort)machine[Machine.RangeLow], (ushort)machine[Machine.RangeHigh]),
            Settings = settings,
            Counters = counters,
            Counted = _before is { } before && machine[Machine.IntervalMilliseconds] > 0 ? counters.Since(before) : null,
            Budgets = [.. budgets.Select(b => b.Budget!)],
            Owners = [.. budgets.Select(b => b.Owner is { } owner ? (IReadOnlyList<OwnerShare>)[new(owner, 0, 0, false)] : [])],
            Accepted = [.. accepted.Select(a => a.Use)],
            Listeners = accepted.Where(a => a.Owner is not null).DistinctBy(a => a.Use.Port).ToDictionary(a => a.Use.Port, a => (IReadOnlyList<SocketOwner>)[a.Owner!]),
            ListeningPorts = [.. Present(RecordedKind.Listening).Select(e => Port(e.Key)).OfType<ushort>().Order()],
            LeftOut = Present(RecordedKind.LeftOut).Select(e => StatesOf(e.Values)).FirstOrDefault(),
            HeldByBind = Count(machine[Machine.HeldByBind]),
            Fresh = Count(machine[Machine.Fresh]),
            DialledOrphans = Count(machine[Machine.DialledOrphans]),
            AcceptedOrphans = Count(machine[Machine.AcceptedOrphans]),
            AcceptedTimeWaits = new(Count(machine[Machine.AcceptedTimeWaits]), Count(machine[Machine.OfDialledPeers]), default, 0),
            CloseWaits = [.. Present(RecordedKind.CloseWait).Select(CloseWaitOf).OfType<CloseWaitGroup>()],
            SharedListeners = [.. Present(RecordedKind.SharedListener).Select(SharedOf).OfType<SharedListener>()],
            Memory = new(null, machine[Machine.MemoryOrphans], null, null, null),
            Tracking = machine[Machine.TrackingLimit] > 0
                ? new(machine[Machine.TrackingCount], machine[Machine.TrackingLimit], machine[Machine.TrackingTimeWaitSeconds], null, null, null)
                : null,
            TrackingDropped = machine[Machine.TrackingDropped],
            TrackingForgotten = machine[Machine.TrackingForgotten],
        };
        _before = counters;
        return true;
    }

    private IEnumerable<(RecordedKind Kind, string Key, long[] Values)> Present(RecordedKind kind) =>
        _entities.Where(e => e.Kind == kind && e.Values[Presence] != 0);

    private static (PortBudget? Budget, SocketOwner? Owner) Budgeted((RecordedKind Kind, string Key, long[] Values) entity)
    {
        var words = entity.Key.Split(' ', 3);
        if (words.Length < 2 || EndpointIn(words[0]) is not { } source || EndpointIn(words[1]) is not { } destination)
        {
            return default;
        }

        var values = entity.Values;
        var returns = default(ReturnSchedule);
        Spread(ref returns, 0, 10, Count(values[Budget.BackWithin10]));
        Spread(ref returns, 10, 50, Count(values[Budget.BackWithin50] - values[Budget.BackWithin10]));
        Spread(ref returns, 51, 61, Count(values[Budget.TimeWait] - values[Budget.BackWithin50]));
        return (new()
        {
            Source = source,
            Destination = destination,
            Limit = Count(values[Budget.Limit]),
            InUse = Count(values[Budget.InUse] - 1),
            TimeWait = Count(values[Budget.TimeWait]),
            CliffAt = Count(values[Budget.CliffAt]),
            Bound = Count(values[Budget.Bound]),
            States = StatesOf(values),
            ReusesTimeWaits = values[Budget.Reuses] == 1,
            Reusable = Count(values[values[Budget.HeldForMilliseconds] > 0 || values[Budget.Reuses] != 1 ? Budget.Reusable : Budget.TimeWait]),
            HeldFor = values[Budget.HeldForMilliseconds] is > 0 and <= int.MaxValue and var held ? TimeSpan.FromMilliseconds(held) : TimeWaitLength.Held,
            PerSecond = Math.Max(0, values[Budget.PerSecondTenths] / 10.0),
            SecondsToCliff = Seconds(values[Budget.SecondsToCliff]),
            SecondsToExhaustion = Seconds(values[Budget.SecondsToExhaustion]),
            Returns = returns,
        }, words.Length == 3 ? OwnerIn(words[2]) : null);
    }

    // Only sums over ten and forty seconds are recorded.
    private static void Spread(ref ReturnSchedule returns, int from, int to, int count)
    {
        for (var second = from; second < to; second++)
        {
            returns.Add(second, (int)((long)count * (second - from + 1) / (to - from)) - (int)((long)count * (second - from) / (to - from)));
        }
    }

    private static (AcceptedUse Use, SocketOwner? Owner)? AcceptedAt((RecordedKind Kind, string Key, long[] Values) entity)
    {
        var words = entity.Key.Split(' ', 2);
        return Port(words[0]) is { } port
            ? (new() { Port = port, IsListening = entity.Values[Presence] == 2, States = StatesOf(entity.Values) }, words.Length == 2 ? OwnerIn(words[1]) : null)
            : null;
    }

    private static CloseWaitGroup? CloseWaitOf((RecordedKind Kind, string Key, long[] Values) entity)
    {
        var words = entity.Key.Split(' ', 3);
        return words.Length >= 2 && EndpointIn(words[1]) is { } where
            ? new(words.Length == 3 ? OwnerIn(words[2]) : null, words[0] == "in", where, Count(entity.Values[0]), Count(entity.Values[1]), Count(entity.Values[2]))
            : null;
    }

    private static SharedListener? SharedOf((RecordedKind Kind, string Key, long[] Values) entity)
    {
        var words = entity.Key.Split(' ', 3);
        return words.Length == 3 && EndpointIn(words[0]) is { } local
            ? new(local, Count(entity.Values[0]), [.. words[2].Split(BetweenOwners).Select(OwnerIn).OfType<SocketOwner>()],
                [.. words[1].Split(',').Select(u => uint.TryParse(u, NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : (uint?)null).OfType<uint>()])
            { AreUnrelated = entity.Values[1] != 0 }
            : null;
    }

    private static SocketOwner? OwnerIn(string text)
    {
        var parts = text.Split('/');
        return parts.Length >= 3 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new(id, string.Join('/', parts[1..^1]), parts[^1].Length == 0 ? null : parts[^1])
            : null;
    }

    private static ushort? Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    private static Endpoint? EndpointIn(string text) => IPEndPoint.TryParse(text, out var endpoint) ? Endpoint.From(endpoint) : null;

    private static StateCounts StatesOf(long[] values)
    {
        var states = default(StateCounts);
        for (var state = TcpState.Closed; state <= TcpState.TimeWait; state++)
        {
            states[state] = Count(values[Budget.States + (int)state]);
        }

        return states;
    }

    private static double? Seconds(long recorded) => recorded <= 0 ? null : recorded - 1;

    private static int Count(long value) => (int)Math.Clamp(value, 0, 10_000_000);
}
