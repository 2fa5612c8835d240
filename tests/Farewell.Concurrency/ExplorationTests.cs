using Farewell.Concurrency.Planting;
using Farewell.Concurrency.Rewriting;
using Farewell.Concurrency.Scenarios;

namespace Farewell.Concurrency;

/// <summary>Short runs of what <c>dotnet run --project tests/Farewell.Concurrency -- explore</c> does at length. Seeds are fixed: a run is the same every time.</summary>
public sealed class ExplorationTests
{
    private const int Seed = 20261125;

    private static readonly LibrarySource Source = new();
    private static readonly Lazy<byte[]> Library = new(() => Source.Compile());
    private static readonly Lazy<IReadOnlyList<Scenario>> Scenarios = new(() => new Trial(Library.Value).Load());

    public static TheoryData<string> Names => [.. Catalogue.All.Select(scenario => scenario.Name)];

    public static TheoryData<string> Quick => [.. Races.All.Where(planted => planted.IsQuick).Select(planted => planted.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AScenario_UnderManySchedules_KeepsEveryProperty(string name)
    {
        var found = Exploration.Run(Find(name), Seed, 15);
        found.Failure.ShouldBeNull();
        found.Schedules.ShouldBeGreaterThan(5);
    }

    /// <summary>The others by command: <c>dotnet run --project tests/Farewell.Concurrency -- plant</c>.</summary>
    [Theory]
    [MemberData(nameof(Quick))]
    public void APlantedRace_IsFound(string name) =>
        Races.All.Single(planted => planted.Name == name).Try(Source, 1, 200).Property.ShouldNotBeNull();

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
        foreach (var name in (string[])["a stop while clients come and go", "asks given up while their answers come, on loops", "a protocol dismissed in the middle, on loops"])
        {
            var prints = Enumerable.Range(0, 3).Select(_ => Exploration.Again(Find(name), how).Fingerprint()).ToList();
            prints.Distinct().Count().ShouldBe(1, name);
        }
    }

    /// <summary>As in a process of its own: nothing of the library was used before.</summary>
    [Fact]
    public void ARunMadeAgainElsewhere_IsTheSame()
    {
        const string Name = "a stop while clients come and go, on loops";
        var first = Exploration.Again(new Trial(Library.Value).Load().Single(scenario => scenario.Name == Name), "random 7 fine");
        _ = Exploration.Again(Find(Name), "random 8 fine");
        Exploration.Again(Find(Name), "random 7 fine").Schedule(int.MaxValue, isWhole: true).ShouldBe(first.Schedule(int.MaxValue, isWhole: true));
    }

    private static Scenario Find(string name) => Scenarios.Value.Single(scenario => scenario.Name == name);
}
