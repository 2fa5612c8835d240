using System.Runtime.InteropServices;
using CsCheck;
using Farewell.Observation.Linux;
using Farewell.Tcp;

namespace Farewell.Observation.Tests.Linux;

public sealed class DumpReplyTests
{
    [Fact]
    public void Parse_ReadsARealReply()
    {
        var (rows, progress) = Parse(RealReply.Ipv4);
        progress.Done.ShouldBeTrue();
        progress.Interrupted.ShouldBeFalse();
        rows.Select(row => row.State).ShouldBe(
            [
                TcpState.Listen, TcpState.Established, TcpState.Established, TcpState.FinWait2, TcpState.CloseWait, TcpState.TimeWait,
                TcpState.Established, TcpState.FinWait2, TcpState.TimeWait,
            ],
            ignoreOrder: true);
        var timeWait = rows.First(row => row.State == TcpState.TimeWait);
        timeWait.Tuple.Remote.ToString().ShouldStartWith("127.0.0.1:");
        timeWait.TimeLeft!.Value.ShouldBeInRange(TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(60));
        timeWait.UserId.ShouldBeNull();
        rows.Single(row => row.State == TcpState.Listen).TimeLeft.ShouldBeNull();
    }

    [Fact]
    public void Parse_ReadsMappedAddresses()
    {
        var (rows, _) = Parse(RealReply.Ipv6);
        rows.Count(row => row.State == TcpState.Listen).ShouldBe(1);
        rows.Where(row => row.State != TcpState.Listen).ShouldAllBe(row => row.Tuple.Local.IsIPv4Mapped && row.Tuple.Remote.IsIPv4Mapped);
    }

    [Fact]
    public void Parse_SkipsAnotherDumpsMessages() => Parse(RealReply.Ipv4, sequence: 8).Rows.ShouldBeEmpty();

    [Fact]
    public void Parse_ReportsAnInterruptedDump() => Parse(Message(20, body: new byte[72], flags: 0x12)).Progress.Interrupted.ShouldBeTrue();

    [Theory]
    [InlineData(99, 1)]
    [InlineData(2, 0)]
    [InlineData(2, 99)]
    public void Parse_SkipsAFamilyOrStateItDoesNotKnow(byte family, byte state)
    {
        var body = new byte[72];
        (body[0], body[1]) = (family, state);
        Parse(Message(20, body)).Rows.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, -2, ObservationFailure.Unsupported)] // ENOENT
    [InlineData(2, -1, ObservationFailure.NotPermitted)] // EPERM
    [InlineData(3, -12, ObservationFailure.Failed)] // ENOMEM, in NLMSG_DONE
    [InlineData(2, int.MinValue, ObservationFailure.Failed)]
    public void Parse_ThrowsTheKernelsRefusal(ushort type, int error, ObservationFailure failure)
    {
        var progress = default(DumpProgress);
        Should.Throw<ObservationException>(() => DumpReply.Parse(Message(type, BitConverter.GetBytes(error)), RealReply.Sequence, null,
            ref progress))
            .Failure.ShouldBe(failure);
        progress.Done.ShouldBeTrue("nothing more comes after a refusal");
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 5)]
    public void Parse_EndsAtSuccess(ushort type, int error) => Parse(Message(type,
        BitConverter.GetBytes(error))).Progress.Done.ShouldBeTrue();

    [Fact]
    public void Parse_ThrowsOnOverrun() => Should.Throw<ObservationException>(() => Parse(Message(4,
        []))).Failure.ShouldBe(ObservationFailure.Failed);

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(17u)]
    [InlineData(0x7fff_fffdu)]
    [InlineData(uint.MaxValue)]
    public void Parse_ThrowsOnALengthThatCannotBe(uint length)
    {
        var message = Message(1, []);
        MemoryMarshal.Write(message, length);
        Should.Throw<ObservationException>(() => Parse(message)).Failure.ShouldBe(ObservationFailure.Malformed);
    }

    [Fact]
    public void Parse_EndsInRowsOrTheDocumentedException_WhateverComes()
    {
        var replies = new[] { RealReply.Ipv4, RealReply.Ipv6 };
        Gen.Select(Gen.OneOf(replies), Gen.Double.Unit, Gen.Select(Gen.Double.Unit, Gen.Byte).Array[0, 12]).Sample(
            (reply, cut, changes) => Survives(Mutate(reply, cut, changes)), iter: 20_000);
        Gen.Byte.Array[0, 400].Sample(Survives, iter: 20_000);
    }

    [Fact]
    public void Parse_SurvivesEveryTruncation()
    {
        for (var length = 0; length < RealReply.Ipv6.Length; length++)
        {
            Survives(RealReply.Ipv6[..length]).ShouldBeTrue($"cut at {length}");
        }
    }

    private static byte[] Mutate(byte[] reply, double cut, (double At, byte To)[] changes)
    {
        var mutated = reply[..(int)(reply.Length * cut)];
        foreach (var (at, to) in changes)
        {
            if (mutated.Length > 0)
            {
                mutated[(int)(at * mutated.Length)] = to;
            }
        }

        return mutated;
    }

    private static bool Survives(byte[] reply)
    {
        try
        {
            return Parse(reply).Rows.Count <= reply.Length / 72;
        }
        catch (ObservationException)
        {
            return true;
        }
    }

    private static (List<Connection> Rows, DumpProgress Progress) Parse(byte[] reply, uint sequence = RealReply.Sequence)
    {
        var rows = new List<Connection>();
        var progress = default(DumpProgress);
        DumpReply.Parse(reply, sequence, (in row) =>
        {
            rows.Add(row);
            return true;
        }, ref progress);
        return (rows, progress);
    }

    private static byte[] Message(ushort type, byte[] body, ushort flags = 0x2)
    {
        var message = new byte[16 + body.Length];
        MemoryMarshal.Write(message, (uint)message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), flags);
        MemoryMarshal.Write(message.AsSpan(8), RealReply.Sequence);
        body.CopyTo(message, 16);
        return message;
    }
}
