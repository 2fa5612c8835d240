using System.Text.RegularExpressions;
using Farewell.Lab.Strategies;

namespace Farewell.Lab.Tests.Strategies;

public sealed partial class StrategyCatalogTests
{
    [Fact]
    public void All_HoldsAtLeastAHundredStrategies_WithNamesOfTheirOwn()
    {
        StrategyCatalog.All.Count.ShouldBeGreaterThanOrEqualTo(100);
        StrategyCatalog.All.Select(s => s.Name).ShouldBeUnique();
        StrategyCatalog.All.ShouldAllBe(s => NamePattern().IsMatch(s.Name));
    }

    [Fact]
    public void EveryStrategy_SaysWhatItDoesAndTeaches_InOneLine()
    {
        foreach (var about in StrategyCatalog.All.Select(s => s.About))
        {
            about.Does.ShouldNotEndWith(".", customMessage: about.Name);
            about.Lesson.ShouldEndWith(".", customMessage: about.Name);
            about.Lesson.Length.ShouldBeLessThanOrEqualTo(90, about.Name);
            about.Expected.ShouldNotBeEmpty(about.Name);
        }
    }

    [Fact]
    public void Named_TakesNamesAndPrefixes_InTheCataloguesOrder() =>
        StrategyCatalog.Named(["server-closes", "fin*"]).Select(s => s.Name).ShouldBe(["server-closes", "fin-then-reset", "fins-cross"]);

    [Fact]
    public void Named_WithoutNames_IsAll() => StrategyCatalog.Named([]).ShouldBe(StrategyCatalog.All);

    [Fact]
    public void Named_OffersTheClosest_ForANameThatFitsNone() =>
        Should.Throw<ArgumentException>(() => StrategyCatalog.Named(["server-close"])).Message.ShouldContain("server-closes");

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex NamePattern();
}
