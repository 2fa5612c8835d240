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

    /// <summary>A side that tells nobody what was wrong, and waits for nobody as long as its peer announces.</summary>
    public static SessionLimits Silent { get; } = PatientGrace with { TellViolations = false, Patience = Scenario.Ms(50) };

    public static (bool SpeaksFirst, SessionLimits Limits)[] Settings { get; } = [(true, PatientGrace), (false, PatientHandshake)];

    /// <summary>Goes deeper than the search, along random ways on which most frames are in order.</summary>
    public (long Steps, string? Failure) Walk(int seed, int count)
    {
        var steps = 0L;
        for (var walk = 0; walk < count; walk++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + walk));
            Hostile? at = null;
            try
            {
                at = new Hostile(role, speaksFirst, limits, rules);
                if (random.Next(3) == 0)
                {
                    at.Hinder(random);
                }

                at.Choose(random.Next(10) > 0 ? 0 : 13);
                for (var left = random.Next(40); left > 0; left--, steps++)
                {
                    var choice = at.Pick(random);
                    if (random.Next(6) == 0 && !at.IsHindered)
                    {
                        at.Clone().CheckStalled(choice);
                    }

                    at.Choose(choice);
                    if (random.Next(30) == 0)
                    {
                        at.Hinder(random);
                    }

                    if (random.Next(8) == 0 && !at.IsHindered)
                    {
                        at.CheckSilence();
                    }
                }
            }
            catch (Exception failed) when (failed is not OutOfMemoryException)
            {
                return (steps, $"{(failed is PropertyViolated ? failed.Message : failed.ToString())}{Environment.NewLine}seed {seed}, walk {walk}{Environment.NewLine}{Trail.Describe(at?.Trail)}");
            }
        }

        return (steps, null);
    }

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
                    for (var choice = 0; choice < Hostile.Choices && seen.Count < maxStates; choice++)
                    {
                        at = world.Clone();
                        if (!at.Choose(choice) || !seen.Add(at.Hash()))
                        {
                            continue;
                        }

                        next.Add(at);
                        at.CheckSilence();
                        world.Clone().CheckStalled(choice);
                        world.Clone().CheckDripped(choice);
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
