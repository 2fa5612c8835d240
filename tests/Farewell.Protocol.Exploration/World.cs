using System.Collections.Concurrent;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Two sessions, the network between them, their applications, and the time.</summary>
internal sealed partial class World
{
    private static readonly byte[] Fin = [];
    private static readonly byte[] Rst = [0xEE];
    private static readonly ConcurrentDictionary<(int Size, byte Kind, int Index), byte[]> Payloads = new();

    private readonly Scenario _scenario;
    private readonly Party[] _parties;
    private TimeSpan _now;
    private bool _faulted;
    private bool _cut;

    public World(Scenario scenario)
    {
        _scenario = scenario;
        _now = TimeSpan.FromSeconds(1);
        var other = scenario.EqualRoles ? Role.Stayer : Role.Leaver;
        _parties =
        [
            new Party(new Session(Role.Stayer, scenario.StayerDials, scenario.Limits, _now, scenario.StayerRules)),
            new Party(new Session(other, !scenario.StayerDials, other == Role.Stayer ? scenario.Limits : scenario.Limits with { Idle = TimeSpan.Zero }, _now,
                other == Role.Stayer ? scenario.StayerRules : scenario.LeaverRules)),
        ];
        foreach (var party in _parties)
        {
            party.SinceAt = _now;
        }

        Settle();
    }

    private World(World from)
    {
        _scenario = from._scenario;
        _parties = [from._parties[0].Clone(), from._parties[1].Clone()];
        (_now, _faulted, _cut, Trail) = (from._now, from._faulted, from._cut, from.Trail);
    }

    /// <summary>How the world came here.</summary>
    public Trail? Trail { get; private set; }

    public bool IsOver => _parties[0].Gone && _parties[1].Gone;

    public Party Stayer => _parties[0];

    public Party Leaver => _parties[1];

    public TimeSpan Now => _now;

    public World Clone() => new(this);

    public UInt128 Hash()
    {
        var hash = default(StateHash);
        hash.Add((_faulted ? 1 : 0) | (_cut ? 2 : 0));
        _parties[0].AddTo(ref hash, _now);
        _parties[1].AddTo(ref hash, _now);
        return hash.Value;
    }

    /// <summary>A place within the next frame under way to a side; null if there is none.</summary>
    public int? SplitAt(int side, Random random) =>
        _parties[side].Inbox is [{ Length: > 1 } frame, ..] ? random.Next(1, frame.Length) : null;

    /// <summary>Does one step and checks every property afterwards.</summary>
    public void Do(Step step)
    {
        Trail = new Trail(step, _now, $"{Stayer.Session.State}, {Leaver.Session.State}", Trail);
        var party = _parties[step.Side];
        var session = party.Session;
        switch (step.Kind)
        {
            case StepKind.Deliver:
                Deliver(party);
                break;
            case StepKind.DeliverHalf:
                DeliverHalf(party, step.Index);
                break;
            case StepKind.Send:
                party.Sent += session.Send(Payload(1, party.Sent + 1), _now, out _) == SendStatus.Accepted ? 1 : 0;
                break;
            case StepKind.Ask or StepKind.AskNested:
                Ask(party, step.Kind == StepKind.AskNested);
                break;
            case StepKind.Cancel:
                party.CancelsMade++;
                party.Fates[step.Index] = session.Cancel((uint)step.Index, _now) ? Fate.CancelledUnsent : Fate.Cancelled;
                break;
            case StepKind.Handle:
                session.Handled((uint)++party.HandledCount, _now);
                break;
            case StepKind.Begin or StepKind.Answer or StepKind.Refuse:
                DoAsk(party, step);
                break;
            case StepKind.Dismiss:
                party.CloseAsked = true;
                session.Dismiss(DismissReason.Application, _now);
                break;
            case StepKind.Leave:
                party.CloseAsked = true;
                session.Leave(_now);
                break;
            case StepKind.Abort:
                _faulted = true;
                session.Abort(_now);
                break;
            case StepKind.Tick:
                session.Tick(_now);
                break;
            case StepKind.Advance:
                _now = NextDeadline;
                break;
            default:
                Fault(step, party);
                break;
        }

        Settle();
    }

    private TimeSpan NextDeadline => Closing.Min(DeadlineOf(_parties[0]), DeadlineOf(_parties[1]));

    private static TimeSpan DeadlineOf(Party party) => party.Gone ? Closing.Never : party.Session.NextDeadline;

    private byte[] Payload(byte kind, int index) => Payloads.GetOrAdd((Math.Max(2, _scenario.Payload), kind, index), static key =>
    {
        var payload = new byte[key.Size];
        (payload[0], payload[1]) = (key.Kind, (byte)key.Index);
        return payload;
    });

    private void Ask(Party party, bool nested)
    {
        if (party.Session.Ask(Payload(2, party.Made + 1), _now, out var ticket, nested) == SendStatus.Accepted)
        {
            PropertyViolated.Unless(ticket == party.Made + 1, "tickets are counted", $"ticket {ticket}");
            party.Made++;
            party.NestedMade |= nested ? 1 << party.Made : 0;
        }
    }

    private void DoAsk(Party party, Step step)
    {
        var at = party.Asks.FindIndex(ask => ask.Number == step.Index);
        var ask = party.Asks[at];
        var asker = Other(party);
        switch (step.Kind)
        {
            case StepKind.Begin when party.Session.Begin(ask.Number):
                PropertyViolated.Unless(asker.Fates[ask.Ticket] is not (Fate.Refused or Fate.CancelledUnsent), "what was told refused was never begun", "it began afterwards");
                asker.Begun[ask.Ticket] = true;
                party.Asks[at] = ask with { Begun = true };
                break;
            case StepKind.Answer:
                asker.Replied[ask.Ticket] |= party.Session.Answer(ask.Number, Payload(3, ask.Ticket), _now);
                party.Asks.RemoveAt(at);
                break;
            case StepKind.Refuse:
                party.Session.Refuse(ask.Number, RefusedReason.Declined, _now);
                party.Asks.RemoveAt(at);
                break;
            default:
                party.Asks.RemoveAt(at);
                break;
        }
    }

    private void Deliver(Party party)
    {
        var frame = party.Inbox[0];
        party.Inbox.RemoveAt(0);
        if (ReferenceEquals(frame, Fin))
        {
            party.EndRead = true;
            party.Session.EndOfStream(_now);
        }
        else if (ReferenceEquals(frame, Rst))
        {
            party.Inbox.Clear();
            party.Session.ConnectionReset(_now);
        }
        else
        {
            Feed(party, frame);
        }
    }

    private void DeliverHalf(Party party, int at)
    {
        var frame = party.Inbox[0];
        party.Inbox[0] = frame[at..];
        Feed(party, frame[..at]);
    }

    private void Feed(Party party, ReadOnlyMemory<byte> bytes)
    {
        while (party.Session.Read(ref bytes, _now, out var happened))
        {
            Witness(party, happened);
        }
    }

    private void Fault(Step step, Party party)
    {
        _faulted = true;
        switch (step.Kind)
        {
            case StepKind.Truncate:
                var kept = step.Index == 0 || party.Inbox.Count == 0 ? [] : party.Inbox[0];
                party.Inbox.Clear();
                if (kept.Length > 1)
                {
                    party.Inbox.Add(kept[..(kept.Length / 2)]);
                }

                party.Inbox.Add(Fin);
                Other(party).Inbox.Add(Rst);
                break;
            case StepKind.Reset:
                party.Inbox.Add(Rst);
                Other(party).Inbox.Add(Rst);
                break;
            case StepKind.ResetOvertaking:
                party.Inbox = [Rst];
                Other(party).Inbox = [Rst];
                break;
            case StepKind.Cut:
                _cut = true;
                _parties[0].Inbox.Clear();
                _parties[1].Inbox.Clear();
                break;
            case StepKind.Stall:
                party.Stalled = true;
                break;
        }
    }

    private Party Other(Party party) => ReferenceEquals(party, _parties[0]) ? _parties[1] : _parties[0];

    /// <summary>What carriers do by themselves: take events, send what there is to send, obey the disposition.</summary>
    private void Settle()
    {
        foreach (var party in _parties)
        {
            if (!party.Gone)
            {
                Feed(party, default);
                Flush(party);
                Feed(party, default);
                Obey(party);
            }

            if (party.Since != party.Session.State)
            {
                (party.Since, party.SinceAt) = (party.Session.State, _now);
                Note(party);
            }
        }

        CheckProperties();
    }

    private void Flush(Party party)
    {
        Span<byte> room = stackalloc byte[_scenario.Room];
        while (party.Session.HasOutput)
        {
            var count = party.Session.Write(room, _now);
            PropertyViolated.Unless(count > 0, "output is written", $"{_scenario.Room} bytes of room were not enough");
            if (!party.Stalled)
            {
                party.Session.Sent(count, _now);
                Transmit(party, room[..count]);
            }
        }
    }

    private void Transmit(Party from, ReadOnlySpan<byte> bytes)
    {
        var to = Other(from);
        if (to.Gone && !_cut && !from.Inbox.Contains(Rst))
        {
            from.Inbox.Add(Rst);
        }

        while (!to.Gone && !_cut && bytes.Length > 0)
        {
            var length = FrameHeader.Size + (bytes[2] << 8 | bytes[3]);
            to.Inbox.Add(bytes[..length].ToArray());
            bytes = bytes[length..];
        }
    }

    private void Obey(Party party)
    {
        if (party.Session.Disposition == Disposition.Stay)
        {
            return;
        }

        party.Gone = true;
        CheckEnd(party);
        var other = Other(party);
        party.Inbox.Clear();
        if (other.Gone || _cut)
        {
            return;
        }

        switch (party.Session.Disposition)
        {
            case Disposition.Close or Disposition.Depart:
                other.Inbox.Add(Fin);
                break;
            case Disposition.Reset:
                other.Inbox.Add(Rst);
                break;
        }
    }
}
