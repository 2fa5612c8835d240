namespace Farewell.Tcp.Tests;

public sealed class TcpTransitionsTests
{
    /// <summary>Whole lives, event by event, with the states they pass through.</summary>
    [Theory]
    [InlineData("ActiveOpen ReceiveSynAck Close ReceiveAckOfFin ReceiveFin TimeWaitTimeout", "SynSent Established FinWait1 FinWait2 TimeWait Closed")]
    [InlineData("PassiveOpen ReceiveSyn ReceiveAckOfSyn ReceiveFin Close ReceiveAckOfFin", "Listen SynReceived Established CloseWait LastAck Closed")]
    [InlineData("ActiveOpen ReceiveSyn ReceiveAckOfSyn Close ReceiveFin ReceiveAckOfFin TimeWaitTimeout", "SynSent SynReceived Established FinWait1 Closing TimeWait Closed")]
    [InlineData("ActiveOpen ReceiveSynAck Close ReceiveFinAndAckOfFin ReceiveReset", "SynSent Established FinWait1 TimeWait Closed")]
    [InlineData("ActiveOpen ReceiveReset", "SynSent Closed")]
    [InlineData("ActiveOpen UserTimeout", "SynSent Closed")]
    [InlineData("PassiveOpen ReceiveSyn Close ReceiveAckOfFin ReceiveFin", "Listen SynReceived FinWait1 FinWait2 TimeWait")]
    [InlineData("PassiveOpen Send ReceiveSynAck Abort", "Listen SynSent Established Closed")]
    [InlineData("ActiveOpen ReceiveSynAck Close ReceiveFinAndAckOfFin ReceiveSyn", "SynSent Established FinWait1 TimeWait SynReceived")]
    public void Life_PassesThroughTheStates(string events, string states)
    {
        var state = TcpState.Closed;
        List<TcpState> passed = [];
        foreach (var name in events.Split(' '))
        {
            var transition = TcpTransitions.Find(state, Enum.Parse<TcpEvent>(name));
            transition.ShouldNotBeNull($"{name} in {state}");
            passed.Add(state = transition.Value.To);
        }

        passed.ShouldBe(states.Split(' ').Select(Enum.Parse<TcpState>));
    }

    [Fact]
    public void EveryState_IsReachedFromClosed_AndLeadsBackToIt()
    {
        foreach (var state in Enum.GetValues<TcpState>())
        {
            Reaches(TcpState.Closed, state).ShouldBeTrue($"{state} is reached");
            Reaches(state, TcpState.Closed).ShouldBeTrue($"{state} ends");
        }
    }

    /// <summary>RFC 9293 section 3.10.5: an abort sends a reset where the other side can still be waiting for something, and only there.</summary>
    [Fact]
    public void Abort_SendsAReset_OnlyInStatesThatOweOne() =>
        TcpTransitions.All.Where(t => t is { On: TcpEvent.Abort, Sends: TcpReply.Reset }).Select(t => t.From).ShouldBe(
            [TcpState.SynReceived, TcpState.Established, TcpState.FinWait1, TcpState.FinWait2, TcpState.CloseWait]);

    /// <summary>The rule that all of Farewell turns on: TIME-WAIT is entered only by a side whose FIN went out before it had received one.</summary>
    [Fact]
    public void TimeWait_IsEnteredOnlyFromStatesOfASideThatClosedFirst() =>
        TcpTransitions.All.Where(t => t.To == TcpState.TimeWait && t.From != TcpState.TimeWait).Select(t => t.From).Distinct().ShouldBe(
            [TcpState.FinWait1, TcpState.FinWait2, TcpState.Closing]);

    [Fact]
    public void Close_IsAnErrorOnceOurFinIsOut() =>
        Enum.GetValues<TcpState>().Where(s => TcpTransitions.Find(s, TcpEvent.Close) is null).ShouldBe(
            [TcpState.Closed, TcpState.FinWait1, TcpState.FinWait2, TcpState.Closing, TcpState.LastAck, TcpState.TimeWait]);

    private static bool Reaches(TcpState from, TcpState to)
    {
        HashSet<TcpState> seen = [from];
        Queue<TcpState> open = new([from]);
        while (open.TryDequeue(out var state))
        {
            foreach (var next in TcpTransitions.All.Where(t => t.From == state).Select(t => t.To).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return seen.Contains(to);
    }
}
