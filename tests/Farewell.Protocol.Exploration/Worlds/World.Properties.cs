using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What must hold in every state.</summary>
internal sealed partial class World
{
    private void Witness(Party party, in SessionEvent happened)
    {
        var peer = Other(party);
        var number = happened.Number;
        Unless(!party.EndTold, "nothing happens after the end", $"{happened.Kind}");
        switch (happened.Kind)
        {
            case SessionEventKind.Message:
                Unless(happened.Number == party.Received + 1 && IsPayload(happened, 1, party.Received + 1), "nothing is delivered twice or out of order", $"message {happened.Number} after {party.Received}");
                party.Received++;
                break;
            case SessionEventKind.Ask:
                var ticket = happened.Payload.Span[1];
                Unless(IsPayload(happened, 2, ticket) && !party.Asks.Exists(ask => ask.Ticket == ticket) && !peer.Begun[ticket], "no ask comes twice", $"ask {ticket}");
                peer.Handed[ticket] = true;
                party.Asks.Add(new InHand(happened.Number, ticket, false, happened.Nested));
                break;
            case SessionEventKind.Cancelled:
                party.Asks.RemoveAll(ask => ask.Number == number && !ask.Begun);
                break;
            case SessionEventKind.Answered:
                Unless(IsPayload(happened, 3, (int)happened.Number) && party.Begun[happened.Number], "answers belong to their asks", $"ask {happened.Number}");
                Meet(party, happened.Number, Fate.Answered);
                break;
            case SessionEventKind.Refused:
                Unless(!party.Begun[happened.Number], "what was told refused was never begun", $"ask {happened.Number} had begun");
                Meet(party, happened.Number, Fate.Refused);
                break;
            case SessionEventKind.Unknown:
                Meet(party, happened.Number, Fate.Unknown);
                break;
            case SessionEventKind.Delivered:
                Unless(happened.Number <= peer.HandledCount && happened.Number > party.ToldDelivered, "what was told delivered was handled",
                    $"told {happened.Number}, handled {peer.HandledCount}");
                party.ToldDelivered = happened.Number;
                break;
            case SessionEventKind.Ended:
                party.EndTold = true;
                break;
        }
    }

    private static void Meet(Party party, uint ticket, Fate fate)
    {
        Unless(party.Fates[ticket] == Fate.Open, "an ask ends once", $"ask {ticket} was {party.Fates[ticket]} and is {fate}");
        party.Fates[ticket] = fate;
    }

    private void CheckProperties()
    {
        foreach (var party in _parties)
        {
            var session = party.Session;
            var expected = _scenario.EqualRoles ? Violation.EqualRoles : Violation.None;
            Unless(session.What == Violation.None || session.What == expected, "a correct peer violates nothing", $"{session.Role} found {session.What}");
            Unless(!_scenario.IsHarmless || session.Disposition is not (Disposition.Reset or Disposition.Gone), "a correct peer is never reset in a network that loses nothing",
                $"{session.Role}: {session.Cause}");
            CheckBounds(party);
            CheckPromptness(party);
        }

        CheckRest();

        if (_scenario.EqualRoles && IsOver)
        {
            Unless(_now - TimeSpan.FromSeconds(1) <= _scenario.Limits.Discard, "equal roles end at once", $"after {_now}");
            Unless(_parties[0].Session.What == Violation.EqualRoles && _parties[1].Session.What == Violation.EqualRoles,
                "equal roles are named on both sides", $"{_parties[0].Session.Cause}, {_parties[1].Session.Cause}");
        }
    }

    private void CheckEnd(Party party)
    {
        var session = party.Session;
        var peer = Other(party);
        Unless(party.EndTold, "the end is told", $"{session.Role} {session.Cause}");
        Unless(session.Disposition != Disposition.Close || party.EndRead, "no side closes before the other, but the leaver once it may", $"{session.Role} {session.Cause}");
        Unless(session.Disposition != Disposition.Depart || session.Role == Role.Leaver, "the stayer never closes first", $"{session.Cause}");
        for (var ticket = 1; ticket <= party.Made; ticket++)
        {
            Unless(party.Fates[ticket] != Fate.Open, "every ask is answered, refused or unknown", $"{session.Role}'s ask {ticket} is open at {session.Cause}");
        }

        var tally = session.Tally;
        Unless(tally.Delivered + tally.Unconfirmed + tally.NotSent == party.Sent, "every message is delivered, unconfirmed or not sent", $"{tally} of {party.Sent}");
        Unless(tally.Delivered <= peer.HandledCount && peer.Received <= party.Sent - tally.NotSent, "the tally is true", $"{tally}, received {peer.Received}, handled {peer.HandledCount}");
        if (session.Disposition == Disposition.Depart)
        {
            Unless(party.Inbox.TrueForAll(IsEnd) && peer.Inbox.TrueForAll(IsEnd) && party.Waiting.Count == 0 && peer.Waiting.Count == 0, "after Goodbye nothing is unread", "a frame is under way");
            CheckOrderly(party, peer);
            CheckOrderly(peer, party);
        }
    }

    private static void CheckOrderly(Party party, Party peer)
    {
        var tally = party.Session.Tally;
        Unless(peer.Received == party.Sent - tally.NotSent, "an orderly end loses nothing", $"{party.Session.Role} sent {party.Sent} ({tally}), received {peer.Received}");
        Unless(tally.Delivered == (uint)peer.HandledAtDone, "an orderly end confirms what was handled before the last frame", $"{tally}, handled {peer.HandledAtDone}");
        for (var ticket = 1; ticket <= party.Made; ticket++)
        {
            Unless(party.Fates[ticket] != Fate.Unknown || party.Handed[ticket], "an orderly end leaves nothing unknown that was not received", $"{party.Session.Role}'s ask {ticket}");
            Unless(!party.Replied[ticket] || party.Fates[ticket] is Fate.Answered or Fate.Cancelled, "an orderly end loses no answer",
                $"{party.Session.Role}'s ask {ticket} was answered and is told {party.Fates[ticket]}");
        }
    }
}
