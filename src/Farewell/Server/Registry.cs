using Farewell.Carriers;

namespace Farewell.Server;

/// <summary>The connections of a server that are not ended.</summary>
internal sealed class Registry
{
    private readonly Lock _gate = new();
    private readonly HashSet<Driver> _all = [];
    private TaskCompletionSource? _empty;

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

    public void Remove(Driver driver)
    {
        lock (_gate)
        {
            _all.Remove(driver);
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
