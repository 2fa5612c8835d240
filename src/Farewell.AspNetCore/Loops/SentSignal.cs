namespace Farewell.AspNetCore.Loops;

/// <summary>Waits until a transport has taken all of a send.</summary>
internal sealed class SentSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waits;
    private int _left;
    private bool _isOver;

    /// <returns>Whether there is a connection to send on.</returns>
    public bool Begin(int count)
    {
        lock (_gate)
        {
            _left = count;
            return !_isOver;
        }
    }

    /// <summary>What was taken at once; the task is for the rest.</summary>
    public Task Take(int count)
    {
        lock (_gate)
        {
            _left -= count;
            return _left <= 0 || _isOver ? Task.CompletedTask : (_waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Add(int count)
    {
        lock (_gate)
        {
            _left -= count;
            if (_left == 0)
            {
                _waits?.TrySetResult();
            }
        }
    }

    public void Fail()
    {
        lock (_gate)
        {
            _isOver = true;
            _waits?.TrySetCanceled();
        }
    }
}
