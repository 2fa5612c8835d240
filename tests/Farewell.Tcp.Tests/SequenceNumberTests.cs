using CsCheck;

namespace Farewell.Tcp.Tests;

public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData(0u, 1u, true)]
    [InlineData(uint.MaxValue, 0u, true)]
    [InlineData(0xffff_fff0u, 0x10u, true)]
    [InlineData(1u, 0u, false)]
    [InlineData(7u, 7u, false)]
    [InlineData(0u, 0x7fff_ffffu, true)]
    [InlineData(0u, 0x8000_0001u, false)]
    public void Before_FollowsModuloArithmetic(uint left, uint right, bool before) =>
        (new SequenceNumber(left) < new SequenceNumber(right)).ShouldBe(before);

    [Fact]
    public void Advance_ThenDistance_GivesTheCountBack() =>
        Gen.Select(Gen.UInt, Gen.Int).Sample((start, count) =>
            (new SequenceNumber(start) + count) - new SequenceNumber(start) == count);

    [Fact]
    public void Order_IsUnchangedByShiftingBothNumbers() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int).Sample((left, right, shift) =>
            (new SequenceNumber(left) < new SequenceNumber(right))
            == (new SequenceNumber(left) + shift < new SequenceNumber(right) + shift));

    [Theory]
    [InlineData(5u, 5u, 1u, true)]
    [InlineData(5u, 5u, 0u, false)]
    [InlineData(2u, 0xffff_ffffu, 4u, true)]
    [InlineData(3u, 0xffff_ffffu, 4u, false)]
    public void IsIn_CountsTheWindowFromItsStart(uint number, uint start, uint length, bool inside) =>
        new SequenceNumber(number).IsIn(new SequenceNumber(start), length).ShouldBe(inside);
}
