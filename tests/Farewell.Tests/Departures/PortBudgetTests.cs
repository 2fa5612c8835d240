using Farewell.Departures;

namespace Farewell.Tests.Departures;

public sealed class PortBudgetTests
{
    [Theory]
    [InlineData("32768\t60999\n", "\n", 28_232)]
    [InlineData("32768\t60999\n", "8080,40000-40009\n", 28_222)]
    [InlineData("32768\t60999\n", "60990-61010,40000,39999-40001", 28_219)]
    [InlineData("1024 65535", "", 64_512)]
    [InlineData("5000 5000", "5000", 1)]
    [InlineData("32768", "", null)]
    [InlineData("60999 32768", "", null)]
    [InlineData("1 70000", "", null)]
    [InlineData("1 2", "3-2", null)]
    [InlineData("1 2", "1-2-3", null)]
    [InlineData("1 2", "x", null)]
    public void Parse(string range, string reserved, int? ports) => (PortBudget.Parse(range, reserved)?.Ports).ShouldBe(ports);

    [Fact]
    public void OfThisMachine_HasPorts() => PortBudget.OfThisMachine().Ports.ShouldBeInRange(1, 65_535);
}
