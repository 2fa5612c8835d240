using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>Everything the exploration does, briefly: what a weakened core must not survive.</summary>
internal static class ShortRun
{
    /// <returns>What failed first; null if nothing did.</returns>
    public static string? Run()
    {
        try
        {
            return Search();
        }
        catch (Exception failed)
        {
            return failed.ToString();
        }
    }

    private static string? Search()
    {
        foreach (var role in (Role[])[Role.Stayer, Role.Leaver])
        {
            foreach (var (speaksFirst, limits) in (ReadOnlySpan<(bool, SessionLimits)>)[.. HostileSearch.Settings, (true, HostileSearch.Silent)])
            {
                var search = new HostileSearch(role, speaksFirst, limits, RuleBook.Of(role));
                if ((search.Run(5, 2_500).Failure ?? search.Walk(1, 1_500).Failure) is { } failure)
                {
                    return failure;
                }
            }
        }

        if (Unread.Check() is { } unbounded)
        {
            return unbounded;
        }

        if (Walks.Run(1, 4_000).Failure is { } lost)
        {
            return lost;
        }

        foreach (var scenario in Scenario.All)
        {
            if ((Walks.Run(2, 400, scenario).Failure ?? new Explorer(scenario, 2_000).Run(threads: 1).Failure) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }
}
