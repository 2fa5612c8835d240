using Farewell.Protocol.Frames;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>When things must have happened, counted from what was seen and apart from every deadline of the sessions.</summary>
internal sealed partial class World
{
    private static TimeSpan Sum(TimeSpan left, TimeSpan right) => left == Closing.Never || right == Closing.Never ? Closing.Never : left + right;

    /// <summary>How long a world can last once both applications want to close, in every state and whatever the network does.</summary>
    public TimeSpan SumOfDeadlines
    {
        get
        {
            var limits = _scenario.Limits;
            return limits.Handshake + limits.Hard * 3 + limits.Parting * 2 + limits.Discard * 2 + TwoRoundTrips(Leaver) * 2;
        }
    }

    /// <summary>Notes when a session's state changed.</summary>
    private void Note(Party party)
    {
        var state = party.Session.State;
        if (state is SessionState.Waiting or SessionState.Parting)
        {
            party.HandledAtDone = party.HandledCount;
        }

        if (state is not (SessionState.Greeting or SessionState.Open))
        {
            party.EndingAt = Closing.Min(party.EndingAt, _now);
        }

        if (state == SessionState.Dismissed)
        {
            party.DismissedAt = Closing.Min(party.DismissedAt, _now);
        }
    }

    private void CheckBounds(Party party)
    {
        if (party.Gone)
        {
            return;
        }

        var session = party.Session;
        Unless(_now <= StateEnd(party), "every state ends within its deadlines", $"{session.Role} in {session.State} since {party.SinceAt}, ending since {party.EndingAt}");
        Unless(_now <= SessionEnd(party), "a session that has begun to end is over within the sum of its deadlines", $"{session.Role} in {session.State}, ending since {party.EndingAt}");
    }

    /// <summary>The stayer's hard limit: one that has announced none gives no more than the grace.</summary>
    private TimeSpan Hard => Stayer.Ledger.HelloSaid ? _scenario.Limits.Hard : _scenario.Limits.Grace;

    private TimeSpan TwoRoundTrips(Party leaver) => Closing.Max(_scenario.Limits.LeastTwoRoundTrips, leaver.Session.RoundTrip * 2);

    /// <summary>When a session must have left its state at the latest.</summary>
    private TimeSpan StateEnd(Party party)
    {
        var limits = _scenario.Limits;
        return party.Session.State switch
        {
            SessionState.Greeting => Scenario.Beginning + limits.Handshake,
            SessionState.Declining => Closing.Min(Scenario.Beginning + limits.Handshake, party.EndingAt + limits.Grace),
            SessionState.Dismissing => party.EndingAt + limits.Grace,
            SessionState.Finishing => party.EndingAt + Hard + limits.Parting,
            SessionState.Parting when party.Waiting.Count > 0 => party.EndingAt + Hard + limits.Parting,
            SessionState.Parting => party.EndingAt + Hard + limits.Parting * 2,
            SessionState.Leaving => party.EndingAt + limits.Hard,
            SessionState.Dismissed => Closing.Min(party.DismissedAt + limits.Grace, party.EndingAt + Closing.Max(limits.Hard, limits.Grace)),
            SessionState.Waiting => party.SinceAt + Hard + TwoRoundTrips(party),
            SessionState.Expelling => party.SinceAt + limits.Discard,
            _ => Closing.Never,
        };
    }

    /// <summary>When a session must be over at the latest.</summary>
    private TimeSpan SessionEnd(Party party)
    {
        var limits = _scenario.Limits;
        return party.Session.Role == Role.Stayer
            ? Sum(party.EndingAt, Hard + limits.Parting * 2 + limits.Discard)
            : Sum(party.EndingAt, limits.Hard + Hard + TwoRoundTrips(party) + limits.Discard);
    }

    /// <summary>Notes that the grace is over, before the session is told the time: what it still writes is no progress.</summary>
    private void NoteGrace(Party party) => party.GraceOver |= party.Session.State == SessionState.Finishing
        && _now >= Sum(party.EndingAt, _scenario.Limits.Grace) && _now >= Closing.Min(party.WrittenAt + _scenario.Limits.Grace, Sum(party.EndingAt, Hard));

    /// <summary>Done and Goodbye come when nothing is owed any more, or when their time has come.</summary>
    private void CheckLastWords(Party party, FrameType said)
    {
        if (said is not (FrameType.Done or FrameType.Goodbye) || party.Session.What != Violation.None)
        {
            return;
        }

        // What was not begun may have been refused without the application being told.
        var owes = party.Asks.Exists(ask => ask.Begun || said == FrameType.Done) || party.HandledCount < party.Received;
        var limits = _scenario.Limits;
        if (said == FrameType.Done)
        {
            var refusal = Closing.Min(Sum(party.DismissedAt, limits.Grace * 0.75), party.EndingAt < party.DismissedAt ? Sum(party.EndingAt, limits.Grace) : Closing.Never);
            Unless((!owes && !Awaits(party)) || _now >= refusal, "Done waits for what is owed", $"{party.Session.State}, {party.Asks.Count} asks in hand");
            Unless(party.Ledger.Replies == Other(party).Ledger.AsksWithin(party.Heard) || _now >= refusal, "Done comes after the replies", $"{party.Ledger.Replies} replies");
            Unless(party.Sent == party.Ledger.Messages || _now >= refusal, "Done comes after what was queued", $"{party.Sent} messages, {party.Ledger.Messages} written");
        }
        else
        {
            Unless(!owes || party.GraceOver, "Goodbye waits for what is owed", $"{party.Asks.Count} asks in hand");
            Unless(!CouldSend(party) || party.GraceOver, "Goodbye comes after what was queued", $"{party.Sent} messages, {party.Ledger.Messages} written");
            Unless(party.Ledger.Replies == Other(party).Ledger.AsksWithin(party.Heard) || party.GraceOver, "Goodbye comes after the replies", $"{party.Ledger.Replies} replies");
        }
    }

    private static bool Awaits(Party party)
    {
        for (var ticket = 1; ticket <= party.Made; ticket++)
        {
            if (party.Fates[ticket] == Fate.Open)
            {
                return true;
            }
        }

        return false;
    }

    private bool CouldSend(Party party) => party.Sent > party.Ledger.Messages
        && party.Ledger.Outstanding + Math.Max(2, _scenario.Payload) + Hello.Overhead <= Math.Max(_scenario.Limits.Window, (int)Hello.EarlyWindow);

    /// <summary>Done and Goodbye come as soon as nothing is owed.</summary>
    private void CheckPromptness(Party party)
    {
        var state = party.Session.State;
        if (state is SessionState.Leaving or SessionState.Dismissed or SessionState.Finishing && party is { Gone: false, Asks.Count: 0, Waiting.Count: 0 }
            && party.HandledCount == party.Received && party.Ledger.Replies == Other(party).Ledger.AsksWithin(party.Heard))
        {
            var waits = state == SessionState.Finishing ? CouldSend(party) : Awaits(party) || party.Sent > party.Ledger.Messages;
            Unless(waits, "the last word comes as soon as nothing is owed", $"{party.Session.Role} in {state}");
        }
    }

    /// <summary>Once all is delivered, handled and replied to, nothing waits for credit and no ask for its reply.</summary>
    private void CheckRest()
    {
        if (IsAtRest(_parties[0]) && IsAtRest(_parties[1]))
        {
            foreach (var party in _parties)
            {
                Unless(party.Session is { Queued: 0, AsksOpen: 0 }, "credit comes back: at rest nothing waits", $"{party.Session.Role}: {party.Session.Queued} queued, {party.Session.AsksOpen} asks open");
            }
        }
    }

    private bool IsAtRest(Party party) => party is { Gone: false, Stalled: false, Inbox.Count: 0, Waiting.Count: 0, Asks.Count: 0 } && !_cut
        && party.Session is { State: SessionState.Open, OwesReport: false } && party.HandledCount == party.Received;
}
