namespace Farewell.Concurrency.Control;

/// <summary>Waiting for tasks so that nothing continues on a thread that is not controlled: the runtime's own combinators do.</summary>
public static class Tasks
{
    /// <summary>As <c>Task.WhenAny</c>; which one is not told.</summary>
    public static async Task WhenAny(params Task[] tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var any = new TaskCompletionSource();
        foreach (var task in tasks)
        {
            if (task.IsCompleted)
            {
                return;
            }
        }

        foreach (var task in tasks)
        {
            _ = TellAsync(task, any);
        }

        await any.Task;
    }

    /// <summary>As <c>Task.WhenAll</c>.</summary>
    public static async Task WhenAll(params IEnumerable<Task> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        foreach (var task in tasks.ToList())
        {
            await task;
        }
    }

    /// <summary>As <c>WaitAsync</c>.</summary>
    public static async Task WaitControlledAsync(this Task task, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!task.IsCompleted && cancellation.CanBeCanceled)
        {
            await Either(task, cancellation);
        }

        await task;
    }

    /// <summary>As <c>WaitAsync</c> with a time.</summary>
    public static async Task WaitControlledAsync(this Task task, TimeSpan time, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(clock);
        if (!task.IsCompleted)
        {
            var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var timer = clock.CreateTimer(_ => late.TrySetException(new TimeoutException()), null, time, Timeout.InfiniteTimeSpan);
            _ = task.IsCompleted ? null : TellAsync(task, late);
            await Either(late.Task, cancellation);
            if (!task.IsCompleted)
            {
                await late.Task;
            }
        }

        await task;
    }

    /// <summary>A task that nobody awaits: if it fails, the run does.</summary>
    public static void Forget(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _ = WatchAsync(task, Run.Current!);
    }

    internal static async Task GiveUpAsync(TaskCompletionSource source, CancellationToken cancellation)
    {
        using var registration = cancellation.RegisterControlled(() => source.TrySetCanceled(cancellation));
        await source.Task;
    }

    private static async Task WatchAsync(Task task, Run run)
    {
        try
        {
            await task;
        }
        catch (Exception thrown)
        {
            run.Fail($"thrown: into a task that nobody awaits: {thrown}");
        }
    }

    private static async Task Either(Task task, CancellationToken cancellation)
    {
        var either = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellation.RegisterControlled(() => either.TrySetCanceled(cancellation));
        _ = TellAsync(task, either);
        await either.Task;
    }

    private static async Task TellAsync(Task task, TaskCompletionSource told)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // Who waits sees for itself.
        }

        told.TrySetResult();
    }
}
