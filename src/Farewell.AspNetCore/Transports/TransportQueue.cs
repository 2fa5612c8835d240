using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Farewell.AspNetCore.Transports;

/// <summary>Runs the continuations of one share of the connections in batches, one after the other, on the thread pool: fewer wake-ups than a work item for each.</summary>
internal sealed class TransportQueue : PipeScheduler, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(Action<object?> Work, object? State)> _queue = new();
    private int _isRunning;

    public override void Schedule(Action<object?> action, object? state)
    {
        _queue.Enqueue((action, state));
        if (Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0)
        {
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_queue.TryDequeue(out var next))
            {
                next.Work(next.State);
            }

            Volatile.Write(ref _isRunning, 0);
            Interlocked.MemoryBarrier();

            // Whoever queued something between the last look and the write above has started nobody.
        }
        while (!_queue.IsEmpty && Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0);
    }
}
