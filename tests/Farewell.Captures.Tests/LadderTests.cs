using Farewell.Captures.Tracking;
using Farewell.Tcp;

namespace Farewell.Captures.Tests;

public sealed class LadderTests
{
    [Fact]
    public void Draws_RelativeNumbersInColumns() =>
        Ladder.Draw(
        [
            At(5000, Side.Local, Frame.Syn(uint.MaxValue)),
            At(5100, Side.Remote, Frame.SynAck(700, 0)),
            At(5200, Side.Local, Frame.Ack(0, 701)),
            At(5200, Side.Local, Frame.Ack(0, 701, 100) with { Flags = SegmentFlags.Push | SegmentFlags.Ack }),
            At(5400, Side.Local, Frame.Ack(0, 701, 100) with { Flags = SegmentFlags.Push | SegmentFlags.Ack }),
            At(15500, Side.Remote, Frame.Reset(701)),
        ]).ShouldBe("""
               0.000  client -> server  S   seq 0
               0.100  client <- server  S.  seq 0  ack 1
               0.200  client -> server  .   seq 1  ack 1
               0.200  client -> server  P.  seq 1  ack 1  len 100
            ~  0.400  client -> server  P.  seq 1  ack 1  len 100
              10.500  client <- server  R   seq 1

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Draws_MidStreamFromOne() =>
        Ladder.Draw([At(0, Side.Remote, Frame.Fin(500, 900)), At(0.25, Side.Local, Frame.Ack(900, 501))], "a", "b", markRetransmissions: false)
            .ShouldBe("  0.000000  a <- b  F.  seq 1  ack 1\n  0.000250  a -> b  .   seq 1  ack 2\n");

    [Fact]
    public void Nothing_IsNoLine() => Ladder.Draw([]).ShouldBeEmpty();

    private static TimedSegment At(double milliseconds, Side from, Segment segment) =>
        new(TimeSpan.FromMilliseconds(milliseconds), from, segment);
}
