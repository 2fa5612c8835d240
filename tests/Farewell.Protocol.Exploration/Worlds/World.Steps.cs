namespace Farewell.Protocol.Exploration;

/// <summary>What can happen next.</summary>
internal sealed partial class World
{
    public void AddSteps(List<Step> steps)
    {
        for (var side = 0; side < 2; side++)
        {
            var party = _parties[side];
            if (!party.Gone)
            {
                AddNetworkSteps(steps, side, party);
                AddApplicationSteps(steps, side, party);
                if (party.Session.NextDeadline <= _now)
                {
                    steps.Add(new Step(StepKind.Tick, side));
                }
            }
        }

        var next = NextDeadline;
        var isQuiet = (_parties[0].Gone || _parties[0].Inbox.Count == 0) && (_parties[1].Gone || _parties[1].Inbox.Count == 0);
        if (next != Closing.Never && next > _now && (isQuiet || _scenario.Late))
        {
            steps.Add(new Step(StepKind.Advance, 0));
        }
    }

    private void AddNetworkSteps(List<Step> steps, int side, Party party)
    {
        if (party.Inbox.Count > 0)
        {
            steps.Add(new Step(StepKind.Deliver, side));
        }

        if (IsSlow(party) && !party.Stalled && party.Waiting.Count > 0)
        {
            AddTransportSteps(steps, side, party);
        }

        if (!_scenario.Faults || _faulted)
        {
            return;
        }

        steps.Add(new Step(StepKind.Truncate, side));
        steps.Add(new Step(StepKind.Truncate, side, 1));
        steps.Add(new Step(StepKind.Stall, side));
        if (side == 0)
        {
            steps.Add(new Step(StepKind.Reset, side));
            steps.Add(new Step(StepKind.ResetOvertaking, side));
            steps.Add(new Step(StepKind.Cut, side));
        }
    }

    private void AddTransportSteps(List<Step> steps, int side, Party party)
    {
        steps.Add(new Step(StepKind.Accept, side));
        if (party.Partials < _scenario.Partials && party.Waiting[0].Length > 1)
        {
            steps.Add(new Step(StepKind.Accept, side, 1));
            steps.Add(new Step(StepKind.Accept, side, 2));
        }

        if (party.Session.Due(Rules.Deadline.Stall) == NextDeadline && BeforeStall(party) > _now)
        {
            steps.Add(new Step(StepKind.Drip, side));
        }
    }

    private void AddApplicationSteps(List<Step> steps, int side, Party party)
    {
        var session = party.Session;
        var takes = session.State is SessionState.Greeting or SessionState.Open or SessionState.Dismissing && !(party.CloseAsked && session.State == SessionState.Greeting)
            && (_scenario.Speaker ?? side) == side;
        var nestedOpen = HasNestedOpen(party);
        if (takes && party.Sent < _scenario.Messages)
        {
            steps.Add(new Step(StepKind.Send, side));
        }

        if (takes && party.Made < _scenario.Asks - (HasNested(party) ? 0 : _scenario.Nested))
        {
            steps.Add(new Step(StepKind.Ask, side));
        }

        if (_scenario.Nested > 0 && !HasNested(party) && party.Made < _scenario.Asks
            && session.State is SessionState.Open or SessionState.Dismissing or SessionState.Leaving or SessionState.Dismissed
            && (party.HandledCount < party.Received || party.Asks.Exists(ask => ask.Begun)))
        {
            steps.Add(new Step(StepKind.AskNested, side));
        }

        // A handler that has asked waits for its answer: so a deadlock would show.
        if (party.HandledCount < party.Received && !nestedOpen)
        {
            steps.Add(new Step(StepKind.Handle, side));
        }

        foreach (var ask in party.Asks)
        {
            AddAskSteps(steps, side, ask, nestedOpen);
        }

        for (var ticket = 1; ticket <= party.Made && party.CancelsMade < _scenario.Cancels; ticket++)
        {
            if (party.Fates[ticket] == Fate.Open)
            {
                steps.Add(new Step(StepKind.Cancel, side, ticket));
            }
        }

        if (!party.CloseAsked && !_scenario.EqualRoles && session.State is SessionState.Greeting or SessionState.Open)
        {
            steps.Add(new Step(session.Role == Role.Stayer ? StepKind.Dismiss : StepKind.Leave, side));
        }

        if (_scenario.Reuses && session.HoldsPayloads)
        {
            steps.Add(new Step(StepKind.Retain, side));
        }

        if (_scenario.Aborts && !_faulted)
        {
            steps.Add(new Step(StepKind.Abort, side));
        }
    }

    private void AddAskSteps(List<Step> steps, int side, InHand ask, bool nestedOpen)
    {
        if (ask.Begun && (!nestedOpen || ask.Nested))
        {
            steps.Add(new Step(StepKind.Answer, side, (int)ask.Number));
        }
        else if (!ask.Begun)
        {
            steps.Add(new Step(StepKind.Begin, side, (int)ask.Number));
            if (_scenario.Refuses)
            {
                steps.Add(new Step(StepKind.Refuse, side, (int)ask.Number));
            }
        }
    }

    private static bool HasNested(Party party) => party.NestedMade != 0;

    private static bool HasNestedOpen(Party party)
    {
        for (var ticket = 1; ticket <= party.Made; ticket++)
        {
            if ((party.NestedMade >> ticket & 1) != 0 && party.Fates[ticket] == Fate.Open)
            {
                return true;
            }
        }

        return false;
    }
}
