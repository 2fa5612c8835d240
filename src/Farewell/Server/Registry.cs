using Farewell.Carriers;

namespace Farewell.Server;

/// <summary>The connections of a server that are not ended.</summary>
internal sealed class Registry
{
    private readonly Lock _gate = new();
    private readonly HashSet<Driver> _all = [];
    private TaskCompletionSource? _empty;
    private StopTally? _tally;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all.Count;
            }
        }
    }

    public void Add(Driver driver)
    {
        lock (_gate)
        {
            _all.Add(driver);
        }
    }

    /// <summary>Puts one driver in the place of another: never both, never none.</summary>
    public void Replace(Driver old, Driver driver)
    {
        lock (_gate)
        {
            _all.Remove(old);
            _all.Add(driver);
        }
    }

    /// <summary>Removes one that is ended, and tallies its end if that has begun.</summary>
    public void Remove(Driver driver, SessionReport report)
    {
        lock (_gate)
        {
            _all.Remove(driver);
            _tally?.Add(report);
            if (_all.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    public Driver[] ToArray()
    {
        lock (_gate)
        {
            return [.. _all];
        }
    }

    /// <summary>Tallies from now on the ends of those that are here, and of those that come.</summary>
    public StopTally Tally()
    {
        lock (_gate)
        {
            return _tally = new StopTally();
        }
    }

    /// <summary>Completes once there is none.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_all.Count == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }
}
