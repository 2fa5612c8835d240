using Farewell.AspNetCore.Transports;

namespace Farewell.AspNetCore.Tests.Transports;

/// <summary>The table of <c>docs/kestrel.md</c>.</summary>
public sealed class PartingChoiceTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    // The usual: served, its last response persists, everything acknowledged long ago, and nothing more.
    private static PartingFacts Idle => new() { IsTouched = true, IsHttp = true, Word = LastWord.Persist, AcknowledgedFor = KeepAlive };

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            TheoryData<string, string, string> rows = [];
            foreach (var (name, (_, way, reason)) in Table)
            {
                rows.Add(name, way.ToString(), reason.ToString());
            }

            return rows;
        }
    }

    private static Dictionary<string, (PartingFacts Facts, PartingWay Way, PartingReason Reason)> Table => new()
    {
        ["aborted"] = (Idle with { IsAborted = true, HasLeft = true }, PartingWay.Over, PartingReason.Aborted),
        ["lost, and aborted for it"] = (Idle with { IsAborted = true, IsLost = true }, PartingWay.LetGo, PartingReason.Lost),
        ["the client has left"] = (Idle with { HasLeft = true, Word = LastWord.Close }, PartingWay.Passive, PartingReason.Left),
        ["over the limit"] = (new() { IsHttp = true }, PartingWay.Reject, PartingReason.Rejected),
        ["told"] = (Idle with { Word = LastWord.Close }, PartingWay.Await, PartingReason.Told),
        ["told by GOAWAY"] = (Idle with { Word = LastWord.Http2 }, PartingWay.Await, PartingReason.Told),
        ["HTTP/1.0"] = (Idle with { Word = LastWord.EndsWithConnection }, PartingWay.Fin, PartingReason.Message),
        ["in the midst of a request"] = (Idle with { Word = LastWord.Working }, PartingWay.Fin, PartingReason.Message),
        ["another protocol"] = (Idle with { Word = LastWord.Upgraded }, PartingWay.Fin, PartingReason.Message),
        ["a handler of its own"] = (new() { IsTouched = true }, PartingWay.Fin, PartingReason.Message),
        ["a WebSocket, closed"] = (Idle with { Word = LastWord.WebSocketClosed }, PartingWay.UnheldFin, PartingReason.WebSocket),
        ["a WebSocket, closed, our own close frame under way"] = (Idle with { Word = LastWord.WebSocketClosed, Unacknowledged = 127 }, PartingWay.UnheldFin, PartingReason.WebSocket),
        ["a WebSocket, closed by a client that has not read all"] = (Idle with { Word = LastWord.WebSocketClosed, Unacknowledged = 1_000_000 }, PartingWay.Fin, PartingReason.WebSocket),
        ["silent for the limit"] = (Idle with { Silence = KeepAlive }, PartingWay.WhenSilent, PartingReason.Silent),
        ["silent for less"] = (Idle with { Silence = KeepAlive - TimeSpan.FromTicks(1) }, PartingWay.Fin, PartingReason.Untold),
        ["silent, not all acknowledged"] = (Idle with { Silence = KeepAlive, Unacknowledged = 1 }, PartingWay.Fin, PartingReason.Untold),
        ["silent, and acknowledged as Kestrel's clock began"] = (Idle with { Silence = KeepAlive, AcknowledgedFor = KeepAlive - TimeSpan.FromMilliseconds(200) }, PartingWay.WhenSilent, PartingReason.Silent),
        ["silent through a long download, whose end was acknowledged just now"] = (Idle with { Silence = KeepAlive, AcknowledgedFor = TimeSpan.FromSeconds(1) }, PartingWay.Fin, PartingReason.Untold),
        ["a stop, the same"] = (Idle with { IsStopping = true, Silence = TimeSpan.FromSeconds(30), AcknowledgedFor = TimeSpan.FromMilliseconds(1) }, PartingWay.Fin, PartingReason.Untold),
        ["a stop, silent for seconds"] = (Idle with { IsStopping = true, Silence = TimeSpan.FromSeconds(3) }, PartingWay.WhenSilent, PartingReason.Silent),
        ["a stop, just spoken"] = (Idle with { IsStopping = true, Silence = TimeSpan.FromSeconds(2.9) }, PartingWay.Fin, PartingReason.Untold),
        ["no request, silent for the limit"] = (Idle with { Word = LastWord.None, Silence = KeepAlive }, PartingWay.WhenSilent, PartingReason.Silent),
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Of_FollowsTheTable(string row, string way, string reason)
    {
        var choice = PartingChoice.Of(Table[row].Facts, new(), KeepAlive);
        (choice.Way.ToString(), choice.Reason.ToString()).ShouldBe((way, reason));
    }

    [Fact]
    public void Of_LetsWebSocketClientsCloseFirst_ByOption() => PartingChoice
        .Of(Idle with { Word = LastWord.WebSocketClosed }, new() { WebSockets = WebSocketEnding.ClientFirst }, KeepAlive).Way.ShouldBe(PartingWay.Await);
}
