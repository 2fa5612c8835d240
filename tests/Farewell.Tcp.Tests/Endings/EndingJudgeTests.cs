using Farewell.Tcp.Endings;
using static Farewell.Tcp.Endings.TimeWaitHolder;

namespace Farewell.Tcp.Tests.Endings;

/// <summary>
/// The stories of endings, one row each. c: is the local side with sequence numbers from 100, s: the remote one with numbers from 500;
/// letters as tcpdump writes them, then seq:ack:length. A word without colon is a socket's or kernel's report.
/// </summary>
public sealed class EndingJudgeTests
{
    private const string Hello = "c:S 100 s:S. 500:101 c:. 101:501 c:P. 101:501:10 s:P. 501:111:5 c:. 111:506 ";

    [Theory]
    [InlineData("client closes first", Hello + "c:F. 111:506 s:F. 506:112 c:. 112:507", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("server closes first", Hello + "s:F. 506:111 c:. 111:507 c:F. 111:507 s:. 507:112", ClosedFirst.Remote, How.Orderly, ResetBy.None, ResetAt.None, Remote)]
    [InlineData("FINs cross", Hello + "c:F. 111:506 s:F. 506:111 c:. 112:507 s:. 507:112", ClosedFirst.Both, How.Orderly, ResetBy.None, ResetAt.None, Both)]
    [InlineData("FIN retransmitted after crossing", Hello + "c:F. 111:506 s:F. 506:111 c:F. 111:506 s:. 507:112 s:F. 506:112 c:. 112:507", ClosedFirst.Both, How.Orderly, ResetBy.None, ResetAt.None, Both)]
    [InlineData("half-closed, then data", Hello + "c:F. 111:506 s:P. 506:112:50 c:. 112:556 s:F. 556:112 c:. 112:557", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("last ACK not seen", Hello + "c:F. 111:506 s:F. 506:112", ClosedFirst.Local, How.Open, ResetBy.None, ResetAt.None, Unknown)]
    [InlineData("half-closed and still open", Hello + "s:F. 506:111 c:. 111:507", ClosedFirst.Remote, How.Open, ResetBy.None, ResetAt.None, Unknown)]
    [InlineData("open", Hello, ClosedFirst.None, How.Open, ResetBy.None, ResetAt.None, None)]
    [InlineData("server aborts", Hello + "s:R. 506:111", ClosedFirst.None, How.Reset, ResetBy.Remote, ResetAt.Before, None)]
    [InlineData("client aborts", Hello + "c:R. 111:506", ClosedFirst.None, How.Reset, ResetBy.Local, ResetAt.Before, None)]
    [InlineData("FIN then RST by its sender", Hello + "c:F. 111:506 c:R. 112:506", ClosedFirst.Local, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("unheld FIN", Hello + "c:F. 111:506 s:. 506:112 c:R 112", ClosedFirst.Local, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("RST in reply to a FIN", Hello + "c:F. 111:506 s:R. 506:112", ClosedFirst.Local, How.Reset, ResetBy.Remote, ResetAt.Between, None)]
    [InlineData("data after the server's close", Hello + "s:F. 506:111 c:. 111:507 c:P. 111:507:9 s:R 507", ClosedFirst.Remote, How.Reset, ResetBy.Remote, ResetAt.Between, None)]
    [InlineData("RST in reply to data after the FIN, which two segments follow", Hello + "c:F. 111:506 s:P. 506:111:100 s:. 606:112 c:R 111", ClosedFirst.Local, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("the same, and the peer's socket knows only of the end", Hello + "c:F. 111:506 s:P. 506:111:100 s:. 606:112 c:R 111 s-eof s-closed", ClosedFirst.Local, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("FIN answered by FIN and that by RST", Hello + "c:F. 111:506 s:F. 506:112 c:R 112", ClosedFirst.Local, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("assassination", Hello + "c:F. 111:506 s:F. 506:112 c:. 112:507 s:. 506:112 c:. 112:507 s:R 507", ClosedFirst.Local, How.Orderly, ResetBy.Remote, ResetAt.After, Local)]
    [InlineData("refused", "c:S 100 s:R. 0:101", ClosedFirst.None, How.Refused, ResetBy.Remote, ResetAt.Before, None)]
    [InlineData("SYN unanswered", "c:S 100 c:S 100", ClosedFirst.Unknown, How.Open, ResetBy.None, ResetAt.None, Unknown)]
    [InlineData("SYN unanswered, and the socket gave up", "c:S 100 c:S 100 c-timed-out", ClosedFirst.Unknown, How.TimedOut, ResetBy.None, ResetAt.None, Unknown)]
    [InlineData("connect given up after SYN-ACK", "c:S 100 s:S. 500:101 c:R 101", ClosedFirst.None, How.Reset, ResetBy.Local, ResetAt.Before, None)]
    [InlineData("beginning not seen", "c:P. 101:501:10 c:F. 111:506 s:F. 506:112 c:. 112:507", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("beginning not seen, idle, aborted", "c:. 111:506 s:R. 506:111", ClosedFirst.Unknown, How.Unknown, ResetBy.Remote, ResetAt.Unknown, Unknown)]
    [InlineData("first FIN not seen, second seen", Hello + "s:. 506:112 s:F. 506:112 c:. 112:507", ClosedFirst.Unknown, How.Open, ResetBy.None, ResetAt.None, Unknown)]
    [InlineData("forged reset that both ignore", Hello + "s:R 506 c:P. 111:506:4 s:P. 506:115:4 c:F. 115:510 s:F. 510:116 c:. 116:511", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("a SYN of another connection", Hello + "c:S 90000 s:. 506:111 c:F. 111:506 s:F. 506:112 c:. 112:507", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("a segment from nowhere", Hello + "s:. 3000000000:3000000000 c:F. 111:506 s:F. 506:112 c:. 112:507", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("a reset that fits no window", Hello + "s:R 900000000 c:F. 111:506", ClosedFirst.Unknown, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("a blind reset, challenged, and the connection goes on", Hello + "s:R 506 c:. 111:506 c:P. 111:506:10 s:. 506:121", ClosedFirst.Unknown, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("half-open peer found out, then a new connection", "c:S 100 s:. 700000:90000 c:R 90000 c:S 100 s:S. 3000000500:101 c:. 101:3000000501", ClosedFirst.Unknown, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("a gigabyte not captured", Hello + "c:F. 111:1200000506 s:F. 1200000506:112 c:. 112:1200000507", ClosedFirst.Local, How.Orderly, ResetBy.None, ResetAt.None, Local)]
    [InlineData("reset by the path", Hello + "s:R. 506:111 s:P. 506:111:8 c:R 506", ClosedFirst.Unknown, How.Reset, ResetBy.Path, ResetAt.Unknown, None)]
    [InlineData("both abort at once", Hello + "c:R. 111:506 s:R. 506:111", ClosedFirst.None, How.Reset, ResetBy.Unknown, ResetAt.Unknown, None)]
    [InlineData("peer restarted", Hello + "c:P. 111:506:9 s:R 506", ClosedFirst.Unknown, How.Reset, ResetBy.Unknown, ResetAt.Unknown, None)]
    [InlineData("socket: EOF, then closed", "c-eof c-closed", ClosedFirst.Remote, How.Orderly, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("socket: closed, then EOF", "c-closed c-eof", ClosedFirst.Unknown, How.Orderly, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("socket: reset", "c-reset", ClosedFirst.None, How.Reset, ResetBy.Remote, ResetAt.Before, None)]
    [InlineData("socket: reset, then a false EOF", "c-reset c-eof c-closed", ClosedFirst.None, How.Reset, ResetBy.Remote, ResetAt.Before, None)]
    [InlineData("socket: EOF, then aborted", "c-eof c-aborted", ClosedFirst.Remote, How.Reset, ResetBy.Local, ResetAt.Between, None)]
    [InlineData("sockets of both sides", "c-closed s-eof s-closed c-eof", ClosedFirst.Local, How.Orderly, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    [InlineData("socket: refused", "c-refused", ClosedFirst.None, How.Refused, ResetBy.Remote, ResetAt.Before, None)]
    [InlineData("tables of both sides", "c-TimeWait s-Closed", ClosedFirst.Unknown, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Local)]
    [InlineData("tables: both", "c-TimeWait s-TimeWait", ClosedFirst.Unknown, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Both)]
    [InlineData("table: passive close", "c-CloseWait", ClosedFirst.Remote, How.Unknown, ResetBy.Unknown, ResetAt.Unknown, Unknown)]
    public void Verdict(string story, string evidence, ClosedFirst first, How how, ResetBy by, ResetAt at, TimeWaitHolder holder)
    {
        var ending = EndingJudge.Judge(Script.Read(evidence), Vantage.Packets, Assumptions.Linux);

        (ending.ClosedFirst, ending.How, ending.ResetBy, ending.ResetAt, ending.TimeWait.Holder).ShouldBe((first, how, by, at, holder), story);
    }

    [Theory]
    [InlineData("assassinated", "c:. 112:507 s:R 507", TimeWaitCut.Assassination)]
    [InlineData("a reset that does not fit", "c:. 112:507 s:R 508", TimeWaitCut.None)]
    [InlineData("reopened", "c:. 112:507 reopened", TimeWaitCut.Reuse)]
    [InlineData("gone from the table", "c:. 112:507 c-Closed", TimeWaitCut.Unknown)]
    [InlineData("over the limit", "c:. 112:507 c-overflow", TimeWaitCut.Overflow)]
    [InlineData("kept", "c:. 112:507 c-TimeWait", TimeWaitCut.None)]
    public void TimeWait_TellsWhatCutItShort(string story, string rest, TimeWaitCut cut)
    {
        var ending = EndingJudge.Judge(Script.Read(Hello + "c:F. 111:506 s:F. 506:112 " + rest), Vantage.Packets, Assumptions.Linux);

        ending.TimeWait.Holder.ShouldBe(Local, story);
        ending.TimeWait.Cut.ShouldBe(cut, story);
    }

    [Theory]
    [InlineData(true, TimeWaitCut.Assassination)]
    [InlineData(false, TimeWaitCut.None)]
    [InlineData(null, TimeWaitCut.Unknown)]
    public void Assassination_DependsOnTheHost(bool? resetEndsTimeWait, TimeWaitCut cut) =>
        EndingJudge.Judge(Script.Read(Hello + "c:F. 111:506 s:F. 506:112 c:. 112:507 s:R 507"), Vantage.Packets, new Assumptions(null, resetEndsTimeWait))
            .TimeWait.ShouldBe(new TimeWait(Local, null, cut));

    [Fact]
    public void Until_CountsFromTheLastFinOrItsAcknowledgement()
    {
        var ending = EndingJudge.Judge(Script.Read(Hello + "c:F. 111:506 s:F. 506:112 c:. 112:507"), Vantage.Packets, Assumptions.Linux);

        ending.TimeWait.Until.ShouldBe(TimeSpan.FromMilliseconds(9) + TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void DataAfterFin_IsNoticed()
    {
        EndingJudge.Judge(Script.Read(Hello + "c:F. 111:506 s:P. 506:112:50 c:. 112:556")).DataAfterFin.ShouldBeTrue();
        EndingJudge.Judge(Script.Read(Hello + "c:F. 111:506 s:P. 501:112:5 c:. 112:506")).DataAfterFin.ShouldBeFalse("that was a retransmission");
    }

    [Fact]
    public void Evidence_IsWhatTheVerdictRestsOn_AndBounded()
    {
        var script = Script.Read(Hello + "c:F. 111:506 s:F. 506:112 c:. 112:507");
        EndingJudge.Judge(script).Evidence.Select(e => e.Segment.FlagLetters).ShouldBe(["S", "S.", "F.", "F.", "."]);

        var judge = new EndingJudge();
        for (var i = 0; i < 10_000; i++)
        {
            judge.Observe(script[i % script.Length]);
            judge.Observe(CloseEvent.Of(TimeSpan.Zero, Side.Local, TcpState.FinWait2));
        }

        judge.Verdict().Evidence.Count.ShouldBeLessThanOrEqualTo(24);
    }
}
