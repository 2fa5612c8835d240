using System.Collections.Concurrent;
using System.Diagnostics;

namespace Farewell.Protocol.Exploration;

/// <summary>What an exhaustive search found.</summary>
internal sealed record Found(Scenario Scenario, long States, long Steps, long Ends, bool Complete, TimeSpan Took, string? Failure);

/// <summary>Searches all states of a scenario, on all processors, until none is new.</summary>
internal sealed class Explorer(Scenario scenario, long maxStates)
{
    private readonly HashSet<UInt128>[] _seen = [.. Enumerable.Range(0, 64).Select(_ => new HashSet<UInt128>())];
    private readonly ConcurrentStack<World> _shared = new();
    private long _states;
    private long _steps;
    private long _ends;
    private int _busy;
    private volatile string? _failure;

    public Found Run(int? threads = null)
    {
        var clock = Stopwatch.StartNew();
        var first = new World(scenario);
        IsNew(first);
        _shared.Push(first);
        var count = threads ?? Environment.ProcessorCount;
        _busy = count;
        var workers = Enumerable.Range(0, count).Select(_ => new Thread(Work)).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return new Found(scenario, _states, _steps, _ends, _states < maxStates, clock.Elapsed, _failure);
    }

    private void Work()
    {
        var own = new Stack<World>();
        var steps = new List<Step>();
        var idle = false;
        while (_failure is null && Interlocked.Read(ref _states) < maxStates)
        {
            if (!own.TryPop(out var world) && !_shared.TryPop(out world))
            {
                if (!idle)
                {
                    idle = true;
                    Interlocked.Decrement(ref _busy);
                }

                if (Volatile.Read(ref _busy) == 0 && _shared.IsEmpty)
                {
                    return;
                }

                Thread.Yield();
                continue;
            }

            if (idle)
            {
                idle = false;
                Interlocked.Increment(ref _busy);
            }

            try
            {
                Expand(world, own, steps);
            }
            catch (Exception failed)
            {
                _failure ??= $"{failed}{Environment.NewLine}{Trail.Describe(world.Trail)}";
            }
        }
    }

    private void Expand(World world, Stack<World> own, List<Step> steps)
    {
        steps.Clear();
        world.AddSteps(steps);
        if (steps.Count == 0)
        {
            Interlocked.Increment(ref _ends);
            if (!world.IsOver)
            {
                _failure ??= $"no deadlock: nothing can happen any more, and it is not over{Environment.NewLine}{Trail.Describe(world.Trail)}";
            }

            return;
        }

        Interlocked.Add(ref _steps, steps.Count);
        foreach (var step in steps)
        {
            var next = world.Clone();
            try
            {
                next.Do(step);
            }
            catch (Exception failed)
            {
                _failure ??= $"{(failed is PropertyViolated ? failed.Message : failed.ToString())}{Environment.NewLine}{Trail.Describe(next.Trail)}";
                return;
            }

            if (!IsNew(next))
            {
                continue;
            }

            if (own.Count > 16 && _shared.Count < 16)
            {
                _shared.Push(next);
            }
            else
            {
                own.Push(next);
            }
        }
    }

    private bool IsNew(World world)
    {
        var hash = world.Hash();
        var shard = _seen[(int)((ulong)hash & 63)];
        lock (shard)
        {
            if (!shard.Add(hash))
            {
                return false;
            }
        }

        Interlocked.Increment(ref _states);
        return true;
    }
}
