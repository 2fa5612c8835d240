using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Two sessions, the network between them, their applications, and the time.</summary>
internal sealed partial class World
{

    private readonly Scenario _scenario;
    private readonly Party[] _parties;
    private TimeSpan _now;
    private bool _faulted;
    private bool _cut;

    public World(Scenario scenario)
    {
        _scenario = scenario;
        _now = Scenario.Beginning;
        _lent = scenario.Reuses ? [[], []] : null;
        _records = scenario.Records ? [[], []] : [];
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
            case StepKind.Accept or StepKind.Drip:
                Accept(party, step);
                break;
            case StepKind.Send:
                party.Sent += session.Send(Lend(party, 1, party.Sent + 1), _now, out _) == SendStatus.Accepted ? 1 : 0;
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
            case StepKind.Retain:
                session.Retain();
                Reuse(step.Side);
                break;
            case StepKind.Tick:
                NoteGrace(party);
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

    private void Ask(Party party, bool nested)
    {
        if (party.Session.Ask(Lend(party, 2, party.Made + 1), _now, out var ticket, nested) == SendStatus.Accepted)
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
                asker.Replied[ask.Ticket] |= AtOnce.Answer(party.Session, ask.Number, Lend(party, 3, ask.Ticket), _now) == ReplyStatus.Accepted;
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

        if (_scenario.Reuses)
        {
            ReuseWhatIsFree();
        }

        CheckProperties();
    }

    private void Obey(Party party)
    {
        if (party.Session.Disposition == Disposition.Stay)
        {
            return;
        }

        party.Gone = true;
        CheckEnd(party);
        party.Waiting.Clear();
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
