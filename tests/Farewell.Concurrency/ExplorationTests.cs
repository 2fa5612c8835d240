using Farewell.Concurrency.Planting;
using Farewell.Concurrency.Rewriting;
using Farewell.Concurrency.Scenarios;

namespace Farewell.Concurrency;

/// <summary>Short runs of what <c>dotnet run --project tests/Farewell.Concurrency -- explore</c> does at length. Seeds are fixed: a run is the same every time.</summary>
public sealed class ExplorationTests
{
    private const int Seed = 20261125;

    private static readonly LibrarySource Source = new();
    private static readonly Lazy<IReadOnlyList<Scenario>> Scenarios = new(() => new Trial(Source.Compile()).Load());

    public static TheoryData<string> Names => [.. Catalogue.All.Select(scenario => scenario.Name)];

    public static TheoryData<string> Quick => [.. Races.All.Where(planted => planted.IsQuick).Select(planted => planted.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AScenario_UnderManySchedules_KeepsEveryProperty(string name)
    {
        var found = Exploration.Run(Find(name), Seed, 30);
        found.Failure.ShouldBeNull();
        found.Schedules.ShouldBeGreaterThan(10);
    }

    /// <summary>The others by command: <c>dotnet run --project tests/Farewell.Concurrency -- plant</c>.</summary>
    [Theory]
    [MemberData(nameof(Quick))]
    public void APlantedRace_IsFound(string name) =>
        Races.All.Single(planted => planted.Name == name).Try(Source, 1, 500).Property.ShouldNotBeNull();

    [Fact]
    public void EveryPlantedRace_StandsInTheSourceOnce_AndInAScenario()
    {
        Races.All.SelectMany(planted => planted.Edits).Where(edit => Source.Occurrences(edit) != 1).Select(edit => edit.Snippet).ShouldBeEmpty();
        Races.All.Select(planted => planted.Scenario).Except(Catalogue.All.Select(scenario => scenario.Name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("random 7")]
    [InlineData("random 7 fine")]
    [InlineData("priorities 7/1500 fine")]
    [InlineData("delays 7:3,9,9")]
    public void ARunMadeAgain_IsTheSame(string how)
    {
        foreach (var name in (string[])["a stop while clients come and go", "asks given up while their answers come", "a protocol dismissed in the middle"])
        {
            var prints = Enumerable.Range(0, 3).Select(_ => Exploration.Again(Find(name), how).Fingerprint()).ToList();
            prints.Distinct().Count().ShouldBe(1, name);
        }
    }

    private static Scenario Find(string name) => Scenarios.Value.Single(scenario => scenario.Name == name);
}
