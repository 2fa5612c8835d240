using Farewell.Protocol.Exploration;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Tests;

/// <summary>Short runs of what <c>dotnet run --project tests/Farewell.Protocol.Exploration</c> does at length.</summary>
public sealed class ExplorationTests
{
    [Fact]
    public void EveryWorld_SearchedAsFarAsTimeAllows_KeepsEveryProperty()
    {
        foreach (var scenario in Scenario.All)
        {
            new Explorer(scenario, 8_000).Run().Failure.ShouldBeNull(scenario.Name);
        }
    }

    [Fact]
    public void AHostilePeer_MakesNeitherMachineBreakAProperty()
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var (speaksFirst, limits) in HostileSearch.Settings)
            {
                new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role)).Run(6, 4_000).Failure.ShouldBeNull();
            }
        }
    }

    [Fact]
    public void EveryRuleWeakened_IsCaughtByAProperty()
    {
        var results = Mutations.Check(Mutations.All());
        results.Count.ShouldBeGreaterThan(450);
        results.Where(result => result.Caught is null).Select(result => result.Mutation.Rule).ShouldBeEmpty();
    }

    [Fact]
    public void RandomWalks_KeepEveryProperty() => Walks.Run(20261122, 5_000).Failure.ShouldBeNull();

    [Fact]
    public void HalfAMillionFuzzedInputs_BreakNothing() => Fuzzing.Run(20261122, 500_000).Failure.ShouldBeNull();
}
