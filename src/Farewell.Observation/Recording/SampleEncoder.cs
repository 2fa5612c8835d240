using System.Globalization;
using System.Text;
using Farewell.Observation.Owners;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;
using static Farewell.Observation.Recording.RecordedField;

namespace Farewell.Observation.Recording;

/// <summary>
/// Turns readings into samples: what changed since the sample before, as entities (a destination, a counter) with numbered fields. A value that
/// did not change costs nothing. One encoder writes one file; a file is read from its beginning.
/// </summary>
internal sealed class SampleEncoder
{
    /// <summary>How many destinations a sample keeps, the fullest; the rest is in the counters.</summary>
    public const int MostBudgets = 16;

    private const int MostPorts = 16;
    private const int MostGroups = 8;
    private const int MostListening = 256;
    private const int MostEntities = 20_000;

    private readonly Dictionary<(RecordedKind Kind, string Key), int> _ids = [];
    private readonly List<long[]> _values = [];
    private readonly HashSet<int> _present = [];
    private readonly HashSet<int> _seen = [];
    private readonly List<byte> _out = [];
    private long _lastMilliseconds;

    /// <summary>Whether so many entities were named that a new file should be begun.</summary>
    public bool IsFull => _ids.Count > MostEntities;

    public ReadOnlySpan<byte> Encode(MachineReading reading)
    {
        _out.Clear();
        _seen.Clear();
        var milliseconds = reading.At.ToUnixTimeMilliseconds();
        Varint.WriteSigned(_out, milliseconds - _lastMilliseconds);
        _lastMilliseconds = milliseconds;
        EncodeMachine(reading);
        // The number of tracked connections is no setting, whatever its place under /proc/sys: it would be a new name each second.
        foreach (var (name, value) in reading.Settings.Values.Where(s => s.Key != SettingMeaning.ConntrackCount))
        {
            Set(RecordedKind.Setting, $"{name}={value}", (Presence, 1));
        }

        foreach (var name in RecordedCounters.Names)
        {
            if (reading.Counters?[name] is { } value)
            {
                Set(RecordedKind.Counter, name, (Presence, value));
            }
        }

        EncodeBudgets(reading);
        EncodeAccepted(reading);
        foreach (var port in reading.ListeningPorts.Take(MostListening))
        {
            Set(RecordedKind.Listening, port.ToString(CultureInfo.InvariantCulture), (Presence, 1));
        }

        EncodeLeftOut(reading);
        EncodeGroups(reading);
        foreach (var gone in _present.Except(_seen).ToList())
        {
            Put(gone, Presence, 0);
            _present.Remove(gone);
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_out);
    }

    private void EncodeMachine(MachineReading reading) => Set(RecordedKind.Machine, "",
        (Machine.RangeLow, reading.Range.Low), (Machine.RangeHigh, reading.Range.High), (Machine.Usable, reading.Range.Usable),
        (Machine.HeldByBind, reading.HeldByBind), (Machine.Fresh, reading.Fresh), (Machine.DialledOrphans, reading.DialledOrphans),
        (Machine.AcceptedOrphans, reading.AcceptedOrphans), (Machine.AcceptedTimeWaits, reading.AcceptedTimeWaits.All),
        (Machine.OfDialledPeers, reading.AcceptedTimeWaits.OfDialledPeers), (Machine.MemoryOrphans, reading.Memory?.Orphans ?? 0),
        (Machine.TrackingLimit, reading.Tracking?.Limit ?? 0), (Machine.TrackingCount, reading.Tracking?.Count ?? 0),
        (Machine.TrackingTimeWaitSeconds, reading.Tracking?.TimeWaitSeconds ?? 0), (Machine.TrackingDropped, reading.TrackingDropped ?? 0),
        (Machine.TrackingForgotten, reading.TrackingForgotten ?? 0), (Machine.IntervalMilliseconds, (long)reading.Interval.TotalMilliseconds));

    private void EncodeBudgets(MachineReading reading)
    {
        foreach (var budget in reading.Budgets.Take(MostBudgets))
        {
            var owner = reading.OwnersOf(budget).Select(o => o.Owner).FirstOrDefault();
            var id = Set(RecordedKind.Budget, $"{budget.Source} {budget.Destination}{(owner is null ? "" : " " + Text(owner))}",
                (Budget.InUse, budget.InUse + 1), (Budget.TimeWait, budget.TimeWait), (Budget.Limit, budget.Limit), (Budget.CliffAt, budget.CliffAt),
                (Budget.Bound, budget.Bound), (Budget.Reuses, budget.ReusesTimeWaits ? 1 : 0), (Budget.Reusable, budget.Reusable),
                (Budget.HeldForMilliseconds, Math.Max(1, (long)budget.HeldFor.TotalMilliseconds)), (Budget.PerSecondTenths, (long)(budget.PerSecond * 10)),
                (Budget.SecondsToCliff, Seconds(budget.SecondsToCliff)), (Budget.SecondsToExhaustion, Seconds(budget.SecondsToExhaustion)),
                (Budget.BackWithin10, budget.Returns.Within(10)), (Budget.BackWithin50, budget.Returns.Within(50)));
            SetStates(id, budget.States);
        }
    }

    private void EncodeAccepted(MachineReading reading)
    {
        foreach (var port in reading.Accepted.OrderByDescending(a => a.States.Total).Take(MostPorts))
        {
            var owner = reading.ListenersOn(port.Port).FirstOrDefault();
            var id = Set(RecordedKind.Accepted, port.Port.ToString(CultureInfo.InvariantCulture) + (owner is null ? "" : " " + Text(owner)), (Presence, port.IsListening ? 2 : 1));
            SetStates(id, port.States);
        }
    }

    // Sums must be those of the machine, however few of its destinations a sample keeps.
    private void EncodeLeftOut(MachineReading reading)
    {
        var states = reading.LeftOut;
        foreach (var budget in reading.Budgets.Skip(MostBudgets))
        {
            states.Add(budget.States);
        }

        foreach (var port in reading.Accepted.OrderByDescending(a => a.States.Total).Skip(MostPorts))
        {
            states.Add(port.States);
        }

        SetStates(Set(RecordedKind.LeftOut, "", (Presence, 1)), states);
    }

    private void EncodeGroups(MachineReading reading)
    {
        foreach (var group in reading.CloseWaits.Take(MostGroups))
        {
            Set(RecordedKind.CloseWait, $"{(group.Accepted ? "in" : "out")} {group.Where}{(group.Owner is { } owner ? " " + Text(owner) : "")}",
                (0, group.Count), (1, group.Stayed), (2, group.EndUnread));
        }

        foreach (var shared in reading.SharedListeners.Take(MostGroups))
        {
            Set(RecordedKind.SharedListener, $"{shared.Local} {string.Join(',', shared.Users)} {string.Join(BetweenOwners, shared.Owners.Select(Text))}",
                (0, shared.Sockets), (1, shared.AreUnrelated ? 1 : 0));
        }
    }

    private static long Seconds(double? seconds) => seconds is { } known ? (long)Math.Ceiling(known) + 1 : 0;

    internal static string Text(SocketOwner owner) => $"{owner.ProcessId}/{owner.Process}/{owner.Unit}";

    private void SetStates(int id, in Ports.StateCounts states)
    {
        for (var state = TcpState.Closed; state <= TcpState.TimeWait; state++)
        {
            Put(id, Budget.States + (int)state, states[state]);
        }
    }

    private int Set(RecordedKind kind, string key, params ReadOnlySpan<(int Field, long Value)> values)
    {
        if (!_ids.TryGetValue((kind, key), out var id))
        {
            id = _ids[(kind, key)] = _values.Count;
            _values.Add(new long[Most]);
            // Zero can be no change of a field, so it introduces a name.
            Varint.Write(_out, 0);
            _out.Add((byte)kind);
            var octets = Encoding.UTF8.GetBytes(key);
            Varint.Write(_out, (ulong)octets.Length);
            _out.AddRange(octets);
        }

        _seen.Add(id);
        if (kind != RecordedKind.Counter)
        {
            _present.Add(id);
        }

        foreach (var (field, value) in values)
        {
            Put(id, field, value);
        }

        return id;
    }

    private void Put(int id, int field, long value)
    {
        ref var before = ref _values[id][field];
        if (before != value)
        {
            Varint.Write(_out, 1 + ((ulong)id * Most) + (ulong)field);
            Varint.WriteSigned(_out, value - before);
            before = value;
        }
    }
}
