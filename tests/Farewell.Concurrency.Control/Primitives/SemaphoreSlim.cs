namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.SemaphoreSlim"/>, as far as it is awaited.</summary>
public sealed class SemaphoreSlim(int initialCount)
{
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _count = initialCount;

    public void Release()
    {
        Run.Point("SemaphoreSlim.Release");
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult())
            {
                return;
            }
        }

        _count++;
    }

    /// <summary>As <c>WaitAsync</c>.</summary>
    public Task WaitControlledAsync(CancellationToken cancellation = default)
    {
        Run.Point("SemaphoreSlim.WaitAsync");
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellation);
        }

        if (_count > 0)
        {
            _count--;
            return Task.CompletedTask;
        }

        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.AddLast(source);
        return cancellation.CanBeCanceled ? Tasks.GiveUpAsync(source, cancellation) : source.Task;
    }
}
