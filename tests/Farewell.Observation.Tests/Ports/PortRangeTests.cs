using Farewell.Observation.Ports;

namespace Farewell.Observation.Tests.Ports;

public sealed class PortRangeTests
{
    [Theory]
    [InlineData("32768 60999", "", 28232, 14116)]
    [InlineData("32768\t60999\n", "\n", 28232, 14116)]
    [InlineData("1024 65535", "", 64512, 32256)]
    [InlineData("40000 40009", "40001,40003-40005", 6, 4)]
    [InlineData("40000 40009", "1-65535", 0, 0)]
    [InlineData("40000 40009", "40000-40000,40000,39000-40001", 8, 4)]
    [InlineData("40001 40001", "", 1, 1)]
    [InlineData("40000 40009", "rubbish,7-,-8,99999,5-x", 10, 5)]
    public void Parse_CountsWhatMayBeHandedOut(string range, string reserved, int usable, int firstHalf)
    {
        var parsed = PortRange.Parse(range, reserved).ShouldNotBeNull();
        parsed.Usable.ShouldBe(usable);
        parsed.FirstHalf.ShouldBe(firstHalf);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0 5")]
    [InlineData("7 6")]
    [InlineData("a b")]
    [InlineData("1 70000")]
    [InlineData("1 2 3")]
    public void Parse_OfWhatMakesNoSense_IsNull(string range) => PortRange.Parse(range, "").ShouldBeNull();

    [Fact]
    public void FirstHalf_IsCountedFromTheLowestPort()
    {
        var range = new PortRange(40001, 40010);
        range.IsOfFirstHalf(40001).ShouldBeTrue();
        range.IsOfFirstHalf(40002).ShouldBeFalse();
        range.Contains(40000).ShouldBeFalse();
    }
}
