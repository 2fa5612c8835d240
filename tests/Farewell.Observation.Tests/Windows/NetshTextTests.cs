using Farewell.Observation.Settings;
using Farewell.Observation.Windows;

namespace Farewell.Observation.Tests.Windows;

/// <summary>Texts as netsh prints them, in two languages.</summary>
public sealed class NetshTextTests
{
    private const string English = """

        Protocol tcp Dynamic Port Range
        ---------------------------------
        Start Port      : 49152
        Number of Ports : 16384


        """;

    private const string German = """

        Dynamischer Portbereich Protokoll tcp
        ---------------------------------
        Startport       : 1025
        Anzahl von Ports : 64511

        """;

    private const string Excluded = """

        Protocol tcp Port Exclusion Ranges

        Start Port    End Port
        ----------    --------
              5357        5357
             49670       49769
             50000       50059     *

        * - Administered port exclusions.

        """;

    [Theory]
    [InlineData(English, "49152 65535")]
    [InlineData(German, "1025 65535")]
    [InlineData("", null)]
    [InlineData("Start Port : 49152", null)]
    [InlineData("a : 49152\nb : 99999", null)]
    [InlineData("a : 0\nb : 10", null)]
    [InlineData("a : x\nb : -3", null)]
    public void Range_IsFirstAndLast_InAnyLanguage(string text, string? range) => NetshText.Range(text.ReplaceLineEndings("\r\n")).ShouldBe(range);

    [Theory]
    [InlineData(Excluded, "5357,49670-49769,50000-50059")]
    [InlineData("", "")]
    [InlineData("9 5\n70000 70001\n1 x", "")]
    public void Ranges_AreThoseOfTheTable(string text, string ranges) => NetshText.Ranges(text.ReplaceLineEndings("\r\n")).ShouldBe(ranges);

    [Fact]
    public void ABudget_CountsWhatWindowsLeavesOut()
    {
        var settings = new KernelSettings(new Dictionary<string, string>
        {
            [SettingMeaning.WindowsPortRange] = NetshText.Range(English)!,
            [SettingMeaning.WindowsExcludedPorts] = NetshText.Ranges(Excluded),
        });
        settings.Range.ShouldNotBeNull().Usable.ShouldBe(16384 - 100 - 60);
    }
}
