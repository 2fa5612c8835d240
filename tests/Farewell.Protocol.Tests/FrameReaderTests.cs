using CsCheck;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;
using Farewell.Testing;

namespace Farewell.Protocol.Tests;

[Collection(nameof(Alone))]
public sealed class FrameReaderTests
{
    private static readonly Gen<byte[]> Stream = Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte.Array[0, 40]).Array[0, 12]
        .Select(frames => frames.SelectMany(frame => Frame(frame.Item1, frame.Item2, frame.Item3)).ToArray());

    [Fact]
    public void AnySplitOfTheBytes_GivesTheSameFrames() =>
        Gen.Select(Stream, Gen.Int[1, 9].Array[1, 400]).Sample((stream, sizes) =>
            Read(stream, [stream.Length]).SequenceEqual(Read(stream, sizes)));

    [Fact]
    public void ABodyThatLiesWholeInTheInput_IsHandedOutWhereItLies()
    {
        var bytes = Frame(2, 0, [7, 8, 9]).ToArray();
        ReadOnlyMemory<byte> input = bytes;
        var reader = new FrameReader();
        reader.TryReadHeader(ref input).ShouldBeTrue();
        reader.TryReadBody(ref input, out var body).ShouldBeTrue();
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body, out var where).ShouldBeTrue();
        where.Array.ShouldBeSameAs(bytes);
        where.Offset.ShouldBe(FrameHeader.Size);
    }

    [Fact]
    public void AHeaderAlone_TakesNoMemoryForTheBodyItAnnounces()
    {
        byte[] bytes = [2, 0, 0xFF, 0xFF, 1];
        var allocated = Allocations.Of(() =>
        {
            var reader = new FrameReader();
            ReadOnlyMemory<byte> header = bytes.AsMemory(0, 4);
            ReadOnlyMemory<byte> one = bytes.AsMemory(4);
            reader.TryReadHeader(ref header).ShouldBeTrue();
            reader.TryReadBody(ref one, out _).ShouldBeFalse();
        });
        allocated.ShouldBeLessThan(4096);
    }

    [Fact]
    public void AHeaderAlone_WhoseBodyComesWhole_LeavesNothingHeld()
    {
        var bytes = Frame(2, 0, [7, 8, 9]).ToArray();
        ReadOnlyMemory<byte> header = bytes.AsMemory(0, FrameHeader.Size);
        ReadOnlyMemory<byte> rest = bytes.AsMemory(FrameHeader.Size);
        var reader = new FrameReader();
        reader.TryReadHeader(ref header).ShouldBeTrue();
        reader.TryReadBody(ref header, out _).ShouldBeFalse();
        reader.TryReadBody(ref rest, out var body).ShouldBeTrue();
        body.ToArray().ShouldBe([7, 8, 9]);
        reader.IsAtRest.ShouldBeTrue();
    }

    [Fact]
    public void ASkippedBody_TakesNoMemoryHoweverItIsSplit()
    {
        var reader = new FrameReader();
        byte[] header = [0x90, 0, 0xFF, 0xFF];
        var piece = new byte[1000];
        void Skip()
        {
            ReadOnlyMemory<byte> input = header;
            reader.TryReadHeader(ref input).ShouldBeTrue();
            reader.SkipBody();
            for (var left = 0xFFFF; left > 0; left -= 1000)
            {
                input = piece.AsMemory(0, Math.Min(1000, left));
                reader.TryReadHeader(ref input).ShouldBeFalse();
            }
        }

        Skip();
        Allocations.Of(Skip).ShouldBeLessThan(64);
        reader.IsBetweenFrames.ShouldBeTrue();
    }

    [Fact]
    public void TheFirstPartOfALargePayload_TakesNoMemoryForTheRest()
    {
        var assembly = new Assembly();
        assembly.Append(new byte[1000]);
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(assembly.Payload, out var where).ShouldBeTrue();
        where.Array!.Length.ShouldBeLessThanOrEqualTo(2048);
        assembly.Drop();
    }

    private static IEnumerable<byte> Frame(byte type, byte flags, byte[] body) => [type, flags, (byte)(body.Length >> 8), (byte)body.Length, .. body];

    private static List<string> Read(byte[] stream, int[] sizes)
    {
        var (reader, frames, at) = (new FrameReader(), new List<string>(), 0);
        for (var piece = 0; at < stream.Length; piece++)
        {
            var size = Math.Min(sizes[piece % sizes.Length], stream.Length - at);
            ReadOnlyMemory<byte> input = stream.AsMemory(at, size);
            at += size;
            while ((reader.HasHeader || reader.TryReadHeader(ref input)) && reader.TryReadBody(ref input, out var body))
            {
                frames.Add($"{reader.Header} {Convert.ToHexString(body.Span)}");
            }
        }

        return frames;
    }
}
