using System.Diagnostics;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Searches, breadth first, everything that a hostile peer and an application can do to one session.</summary>
internal sealed class HostileSearch(Role role, bool speaksFirst, SessionLimits limits, RuleBook rules)
{
    /// <summary>Limits in which each deadline is the first to fall somewhere.</summary>
    public static SessionLimits PatientGrace { get; } = Scenario.Short with
    {
        Handshake = Scenario.Ms(40),
        Idle = Scenario.Ms(200),
        Ping = Scenario.Ms(30),
        Pong = Scenario.Ms(10),
        Stall = Scenario.Ms(5),
        Grace = Scenario.Ms(64),
        Hard = Scenario.Ms(128),
        Confirm = Scenario.Ms(2),
        Parting = Scenario.Ms(7),
    };

    /// <summary>The same with a handshake that outlasts the grace.</summary>
    public static SessionLimits PatientHandshake { get; } = PatientGrace with { Handshake = Scenario.Ms(400), Pong = Scenario.Ms(90) };

    public static (bool SpeaksFirst, SessionLimits Limits)[] Settings { get; } = [(true, PatientGrace), (false, PatientHandshake)];

    public (long States, string? Failure, TimeSpan Took) Run(int depth, long maxStates)
    {
        var clock = Stopwatch.StartNew();
        var seen = new HashSet<UInt128>();
        var level = new List<Hostile>();
        Hostile? at = null;
        try
        {
            new Hostile(role, speaksFirst, limits, rules, stalled: true).CheckStalled(-1);
            at = new Hostile(role, speaksFirst, limits, rules);
            at.CheckSilence();
            level.Add(at);
            for (var left = depth; left > 0 && level.Count > 0 && seen.Count < maxStates; left--)
            {
                var next = new List<Hostile>();
                foreach (var world in level)
                {
                    for (var choice = 0; choice < world.Choices && seen.Count < maxStates; choice++)
                    {
                        at = world.Clone();
                        if (!at.Choose(choice) || !seen.Add(at.Hash()))
                        {
                            continue;
                        }

                        next.Add(at);
                        at.CheckSilence();
                        world.Clone().CheckStalled(choice);
                    }
                }

                level = next;
            }
        }
        catch (PropertyViolated violated)
        {
            return (seen.Count, $"{violated.Message}{Environment.NewLine}{Trail.Describe(at?.Trail)}", clock.Elapsed);
        }
        catch (Exception failed) when (failed is not OutOfMemoryException)
        {
            return (seen.Count, $"{failed}{Environment.NewLine}{Trail.Describe(at?.Trail)}", clock.Elapsed);
        }

        return (seen.Count, null, clock.Elapsed);
    }
}
