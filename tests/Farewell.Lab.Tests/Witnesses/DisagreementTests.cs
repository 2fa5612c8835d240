using Farewell.Lab.Witnesses;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Tests.Witnesses;

/// <summary>What counts as agreeing: no contradiction but those that a segment explains which one saw and the other did not.</summary>
public sealed class DisagreementTests
{
    private static readonly CloseEvent[] Orderly =
    [
        Of(Side.Local, SegmentFlags.Syn, 0, 0), Of(Side.Remote, SegmentFlags.Syn | SegmentFlags.Ack, 0, 1),
        Of(Side.Local, SegmentFlags.Ack, 1, 1), Of(Side.Local, SegmentFlags.Fin | SegmentFlags.Ack, 1, 1),
        Of(Side.Remote, SegmentFlags.Fin | SegmentFlags.Ack, 1, 2), Of(Side.Local, SegmentFlags.Ack, 2, 2),
    ];

    private static readonly CloseEvent[] FinThenReset =
        [.. Orderly[..4], Of(Side.Remote, SegmentFlags.Ack, 1, 2), Of(Side.Local, SegmentFlags.Reset | SegmentFlags.Ack, 2, 1)];

    [Fact]
    public void WitnessesThatSayTheSame_Agree() =>
        Among((WitnessName.PacketsAtClient, Vantage.Packets, Orderly), (WitnessName.PacketsAtServer, Vantage.Packets, Orderly)).ShouldBeEmpty();

    [Fact]
    public void ASocketThatReadTheEnd_IsExcusedForNotKnowingOfTheReset()
    {
        var found = Among(
            (WitnessName.PacketsAtClient, Vantage.Packets, FinThenReset),
            (WitnessName.SocketOfServer, Vantage.Socket, [Report(Side.Remote, CloseEventKind.EndOfStream), Report(Side.Remote, CloseEventKind.Closed)]));

        found.ShouldHaveSingleItem().Field.ShouldBe("how");
        found[0].Explanation.ShouldNotBeNull().ShouldContain("client R.");
    }

    [Fact]
    public void ASocketThatWasToldOfAReset_IsNotExcused() =>
        Among(
            (WitnessName.PacketsAtClient, Vantage.Packets, Orderly),
            (WitnessName.SocketOfServer, Vantage.Socket, [Report(Side.Remote, CloseEventKind.ResetSeen)]))
            .ShouldAllBe(d => d.Explanation == null);

    [Fact]
    public void ATableThatShowsNoTimeWait_ContradictsPacketsThatPromiseOne()
    {
        var found = Among(
            (WitnessName.PacketsAtClient, Vantage.Packets, Orderly),
            (WitnessName.TableOfClient, Vantage.Table, [CloseEvent.Of(default, Side.Local, TcpState.Closed), CloseEvent.Of(default, Side.Remote, TcpState.Closed)]));

        found.ShouldHaveSingleItem().Field.ShouldBe("timeWait");
        found[0].Explanation.ShouldBeNull();
    }

    [Fact]
    public void PacketsOfWhichOneWitnessMissedSome_AreExplainedByThem() =>
        Among((WitnessName.PacketsAtClient, Vantage.Packets, Orderly), (WitnessName.PacketsAtServer, Vantage.Packets, FinThenReset))
            .ShouldAllBe(d => d.Explanation != null);

    private static IReadOnlyList<Disagreement> Among(params (string Name, Vantage Vantage, CloseEvent[] Evidence)[] witnesses) =>
        Disagreement.Among(new ConnectionFindings(
            default, [.. witnesses.Select(w => new Testimony(w.Name, EndingJudge.Judge(w.Evidence, w.Vantage, Assumptions.Linux)))], new Ending()));

    private static CloseEvent Of(Side by, SegmentFlags flags, uint sequence, uint acknowledgement) =>
        CloseEvent.Of(TimeSpan.Zero, by, new Segment(flags, new SequenceNumber(sequence), new SequenceNumber(acknowledgement), 0));

    private static CloseEvent Report(Side by, CloseEventKind kind) => new(TimeSpan.Zero, by, kind);
}
