using Farewell.Protocol.Exploration;
using Farewell.Protocol.Exploration.Weakenings;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Tests;

/// <summary>Short runs of what <c>dotnet run --project tests/Farewell.Protocol.Exploration</c> does at length.</summary>
public sealed class ExplorationTests
{
    public static TheoryData<string> Worlds => [.. Scenario.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void AWorld_SearchedAsFarAsTimeAllows_KeepsEveryProperty(string name)
    {
        var scenario = Scenario.All.Single(scenario => scenario.Name == name);
        new Explorer(scenario, 8_000).Run().Failure.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void AWorld_MetAgainByAnotherWay_HasTheSameFuture(string name) =>
        Meetings.Check(Scenario.All.Single(scenario => scenario.Name == name), 1_000).Failure.ShouldBeNull();

    [Fact]
    public void AHostilePeer_MakesNeitherMachineBreakAProperty()
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var (speaksFirst, limits) in HostileSearch.Settings)
            {
                var search = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role));
                search.Run(6, 4_000).Failure.ShouldBeNull();
                search.Walk(20261122, 1_000).Failure.ShouldBeNull();
            }
        }
    }

    [Fact]
    public void APeerThatReadsNothing_IsBounded() => Unread.Check().ShouldBeNull();

    [Fact]
    public void EveryRuleOfTheTablesWeakened_IsCaughtByAProperty()
    {
        var results = Mutations.Check(Mutations.All());
        results.Count.ShouldBeGreaterThan(450);
        results.Where(result => result.Caught is null).Select(result => result.Mutation.Rule).ShouldBeEmpty();
    }

    [Fact]
    public void EveryWeakeningOfTheSource_StandsInTheSource() => Weakened.Stale(Catalogue.All).ShouldBeEmpty();

    [Theory]
    [InlineData("Sessions/Session.cs", "if (!Step(ref input, now, ref happened))", "if (!Step(ref input, now, ref happened) && false)")]
    [InlineData("Sessions/Session.Deadlines.cs", "                _closing.Fall(deadline, now);\n", "")]
    public void AWeakenedCoreThatGoesRoundForEver_IsCut(string file, string snippet, string replacement) =>
        Weakened.Check([new Weakening("endless", file, snippet, replacement)], _ => { }).ShouldHaveSingleItem().Caught.ShouldNotBeNull();

    /// <summary>The rest by command: <c>dotnet run --project tests/Farewell.Protocol.Exploration weaken</c>.</summary>
    [Fact]
    public void EveryFifthWeakeningOfTheSource_IsCaughtByAProperty()
    {
        Weakened.Unweakened().ShouldBeNull();
        var some = Catalogue.All.Where((_, number) => number % 5 == 0).ToList();
        Weakened.Check(some, _ => { }).Where(outcome => outcome.Caught is null).Select(outcome => outcome.Weakening.Name).ShouldBeEmpty();
    }

    [Fact]
    public void TheHashOfAState_MissesNoFieldThatDecides() =>
        StateFields.Unhashed(Walks.Sessions(1, 200).Append((Unread.Pinged(), Scenario.Beginning))).ShouldBeEmpty();

    [Fact]
    public void RandomWalks_KeepEveryPropertyAndEnd() => Walks.Run(20261122, 5_000).Failure.ShouldBeNull();

    [Fact]
    public void FuzzedInputs_BreakNothing() => Fuzzing.Run(20261122, 100_000).Failure.ShouldBeNull();

    [Fact]
    public void RealSessionsWithBytesBroken_BreakNothing() => Fuzzing.Run(20261122, 50_000, recorded: true).Failure.ShouldBeNull();
}
