using System.Collections.Concurrent;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Exploration;

/// <summary>One rule of the tables, weakened.</summary>
internal sealed record Mutation(Role Role, string Rule, RuleBook Rules);

/// <summary>Weakens every rule of the tables, one at a time, and sees which property notices.</summary>
internal static class Mutations
{
    private const int Depth = 6;
    private const long MaxStates = 25_000;
    private const int Ways = 1_000;

    public static IEnumerable<Mutation> All()
    {
        foreach (var role in (Role[])[Role.Stayer, Role.Leaver])
        {
            var rules = RuleBook.Of(role);
            foreach (var state in FrameTable.StatesOf(role))
            {
                for (var column = FrameColumn.Hello; column <= FrameColumn.Unknown; column++)
                {
                    foreach (var verdict in Others(rules.Frames[state, column], column))
                    {
                        yield return new Mutation(role, $"{role} {state}: {column} {rules.Frames[state, column]} -> {verdict}",
                            rules with { Frames = rules.Frames.With(state, column, verdict) });
                    }
                }

                for (var deadline = Deadline.Handshake; deadline <= Deadline.Discard; deadline++)
                {
                    if (rules.Deadlines[state, deadline])
                    {
                        yield return new Mutation(role, $"{role} {state}: {deadline} does not run",
                            rules with { Deadlines = rules.Deadlines.With(state, deadline, false) });
                    }
                }
            }
        }
    }

    /// <summary>Plants each mutation and searches until a property fails.</summary>
    /// <returns>Each mutation with what caught it, or null.</returns>
    public static IReadOnlyList<(Mutation Mutation, string? Caught)> Check(IEnumerable<Mutation> mutations)
    {
        var results = new ConcurrentBag<(int, Mutation, string?)>();
        Parallel.ForEach(mutations.Select((mutation, number) => (mutation, number)), item =>
        {
            string? caught = null;
            foreach (var (speaksFirst, limits) in HostileSearch.Settings)
            {
                var search = new HostileSearch(item.mutation.Role, speaksFirst, limits, item.mutation.Rules);
                caught ??= search.Walk(1, Ways).Failure ?? search.Run(Depth, MaxStates).Failure;
            }

            results.Add((item.number, item.mutation, caught));
        });
        return [.. results.OrderBy(result => result.Item1).Select(result => (result.Item2, result.Item3))];
    }

    /// <summary>A frame that is not named can only be skipped, so for it act is what ignore is.</summary>
    private static IEnumerable<Verdict> Others(Verdict verdict, FrameColumn column) =>
        ((Verdict[])[Verdict.Act, Verdict.Ignore, Verdict.Violation]).Where(other =>
            other != verdict && !(other == Verdict.Act && column is FrameColumn.Reserved or FrameColumn.Unknown));
}
