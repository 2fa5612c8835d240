using System.Buffers.Binary;
using System.Diagnostics;
using CsCheck;
using Farewell.Captures.Files;
using Farewell.Testing;

namespace Farewell.Captures.Tests.Files;

public sealed class PcapTests
{
    private static readonly byte[] Syn = Frame.Ethernet(Frame.V4(Frame.Tcp(Frame.Syn(1))));

    private sealed record Record(long Nanoseconds, byte[] Frame, int OriginalLength);

    [Fact]
    public void WhatIsWritten_IsReadBack() =>
        Gen.Select(Gen.Long[0, uint.MaxValue * 1_000_000_000L], Gen.Byte.Array[0, 300], Gen.Int[0, 100]).Array[0, 20].Sample(packets =>
        {
            var file = Write(writer =>
            {
                foreach (var (at, frame, cut) in packets)
                {
                    writer.Write(new CapturedPacket(at, LinkType.Raw, frame, frame.Length + cut));
                }
            }, LinkType.Raw);
            var read = ReadAll(file, out var reader);
            reader.Truncated.ShouldBeFalse();
            (reader.Link, reader.IsNanosecond, reader.IsBigEndian, reader.Packets).ShouldBe((LinkType.Raw, true, false, packets.Length));
            for (var i = 0; i < packets.Length; i++)
            {
                var (at, frame, cut) = packets[i];
                (read[i].Nanoseconds, read[i].OriginalLength).ShouldBe((at, frame.Length + cut));
                read[i].Frame.ShouldBe(frame);
            }
        }, iter: 300);

    [Theory]
    [InlineData(false, false, 1_700_000_000_123_456_000)]
    [InlineData(false, true, 1_700_000_000_123_456_789)]
    [InlineData(true, false, 1_700_000_000_123_456_000)]
    [InlineData(true, true, 1_700_000_000_123_456_789)]
    public void EveryByteOrderAndUnit_IsRead(bool bigEndian, bool nanoseconds, long expected)
    {
        var file = new byte[24 + 16 + Syn.Length];
        void Put(int at, uint value)
        {
            if (bigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
            }
        }

        Put(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
        Put(4, bigEndian ? 0x0002_0004u : 0x0004_0002u);
        Put(16, 65_535);
        Put(20, 1);
        Put(24, 1_700_000_000);
        Put(28, nanoseconds ? 123_456_789u : 123_456u);
        Put(32, (uint)Syn.Length);
        Put(36, 99);
        Syn.CopyTo(file, 40);

        var read = ReadAll(file, out var reader);
        (reader.IsBigEndian, reader.IsNanosecond, reader.SnapLength, reader.Link).ShouldBe((bigEndian, nanoseconds, 65_535L, LinkType.Ethernet));
        var only = read.ShouldHaveSingleItem();
        (only.Nanoseconds, only.OriginalLength).ShouldBe((expected, 99));
        only.Frame.ShouldBe(Syn);
    }

    [Fact]
    public void SnapLength_CutsTheFrameAndKeepsItsLength()
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, LinkType.Ethernet, snapLength: 20, leaveOpen: true))
        {
            writer.Write(new CapturedPacket(0, LinkType.Ethernet, Syn));
        }

        var only = ReadAll(stream.ToArray(), out _).ShouldHaveSingleItem();
        only.Frame.ShouldBe(Syn[..20]);
        only.OriginalLength.ShouldBe(Syn.Length);
    }

    [Fact]
    public void FileCutAnywhere_GivesTheWholePacketsAndTellsOfTheCut()
    {
        var file = Write(writer =>
        {
            writer.Write(new CapturedPacket(1, LinkType.Ethernet, Syn));
            writer.Write(new CapturedPacket(2, LinkType.Ethernet, Syn));
        });
        var record = 16 + Syn.Length;
        for (var length = 24; length <= file.Length; length++)
        {
            var read = ReadAll(file[..length], out var reader);
            read.Count.ShouldBe((length - 24) / record);
            reader.Truncated.ShouldBe((length - 24) % record != 0, $"cut to {length} octets");
        }
    }

    [Theory]
    [InlineData(new byte[0], "0 octets", 0)]
    [InlineData(new byte[] { 0x0a, 0x0d, 0x0d, 0x0a, 1, 2, 3, 4 }, "pcapng is not read yet", 0)]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0, 0 }, "gzip", 0)]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd, 0 }, "zstd", 0)]
    [InlineData(new byte[] { 0x34, 0xcd, 0xb2, 0xa1, 0 }, "modified pcap", 0)]
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ' }, "not the mark of a pcap file", 0)]
    [InlineData(new byte[] { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0 }, "ends within its header", 8)]
    public void NotACapture_IsNamed(byte[] file, string what, long offset)
    {
        var error = Should.Throw<PcapFormatException>(() => new PcapReader(new MemoryStream(file)));
        error.Message.ShouldContain(what);
        error.Offset.ShouldBe(offset);
    }

    [Fact]
    public void ImpossibleRecordLength_IsNamedWithItsPlace()
    {
        var file = Write(writer => writer.Write(new CapturedPacket(1, LinkType.Ethernet, Syn)));
        byte[] damaged = [.. file, .. new byte[8], 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0];
        using var reader = new PcapReader(new MemoryStream(damaged));
        reader.TryRead(out _).ShouldBeTrue();
        var error = Should.Throw<PcapFormatException>(() => reader.TryRead(out _));
        error.Message.ShouldContain("Packet 2 claims 2147483647");
        error.Offset.ShouldBe(file.Length);
    }

    [Fact]
    public void RandomFiles_EndInPacketsOrInAFormatError() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Bool).Sample((octets, withHeader) =>
        {
            byte[] file = withHeader ? [.. Write(_ => { }), .. octets] : octets;
            try
            {
                ReadAll(file, out _);
            }
            catch (PcapFormatException)
            {
            }
        }, iter: 2_000);

    [Fact]
    public void Writer_RefusesWhatTheFormatCannotHold()
    {
        using var writer = new PcapWriter(new MemoryStream(), LinkType.Ethernet);
        Should.Throw<ArgumentException>(() => writer.Write(new CapturedPacket(0, LinkType.Raw, [0x45])));
        Should.Throw<ArgumentOutOfRangeException>(() => writer.Write(new CapturedPacket(-1, LinkType.Ethernet, Syn)));
        Should.Throw<ArgumentOutOfRangeException>(() => writer.Write(new CapturedPacket(long.MaxValue, LinkType.Ethernet, Syn)));
    }

    [Fact]
    public async Task Tcpdump_ReadsWhatIsWritten()
    {
        var tcpdump = Require.Tool("tcpdump", "tcpdump");
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Write(writer =>
            {
                writer.Write(new CapturedPacket(1_700_000_000_123_456_789, LinkType.Ethernet, Syn));
                writer.Write(new CapturedPacket(1_700_000_001_000_000_000, LinkType.Ethernet, Frame.Ethernet(Frame.V6(Frame.Tcp(Frame.Fin(5, 9))))));
            }));
            using var process = Process.Start(new ProcessStartInfo(tcpdump, ["-nr", path, "-tt", "-S", "--nano"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            // Started as root it becomes another user, which fails where a user namespace has none.
            Require.That(!(await errors).Contains("Couldn't change to"), "tcpdump cannot drop root in this user namespace");
            process.ExitCode.ShouldBe(0, await errors);
            lines.Length.ShouldBe(2);
            lines[0].ShouldContain("1700000000.123456789 IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1,");
            lines[1].ShouldContain("IP6 fd00::1.40000 > fd00::2.80: Flags [F.], seq 5, ack 9,");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Write(Action<PcapWriter> write, LinkType link = LinkType.Ethernet)
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, link, leaveOpen: true))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    private static List<Record> ReadAll(byte[] file, out PcapReader reader)
    {
        reader = new PcapReader(new MemoryStream(file));
        var packets = new List<Record>();
        while (reader.TryRead(out var packet))
        {
            packets.Add(new Record(packet.Nanoseconds, packet.Frame.ToArray(), packet.OriginalLength));
        }

        return packets;
    }
}
