using CsCheck;

namespace Farewell.Observation.Tests;

public sealed class ProcTextTests
{
    [Fact]
    public void SocketMemory_IsRead() =>
        SocketMemory.Parse("sockets: used 12\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\nTCP6: inuse 9\n").ShouldBe(new(1, 2, 3, 4, 5));

    [Fact]
    public void ConnectionTracking_SumsItsProcessors() =>
        ConnectionTracking.Column("entries drop early_drop\n00000001 0000000a 00000002\n00000001 00000001 00000000\n", "drop").ShouldBe(11);

    [Fact]
    public void NoText_Throws() => Gen.OneOf(Gen.String, Gen.Select(
        Gen.OneOf("TCP:", " inuse", " orphan", " tw", " 1", " -", "\n", " drop", " zz", "\0").Array[0, 30], string.Concat)).Sample(text =>
        {
            SocketMemory.Parse(text);
            ConnectionTracking.Column(text, "drop");
        });
}
