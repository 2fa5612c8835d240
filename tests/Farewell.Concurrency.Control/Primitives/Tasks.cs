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

    /// <summary>As <c>Task.Run</c>.</summary>
    public static Task Run(Func<Task> body)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = RunAsync(state.body, state.source), (body, source), preferLocal: true);
        return source.Task;
    }

    /// <summary>As <c>ContinueWith</c> for a task that fails.</summary>
    public static async Task ContinueControlled(this Task task, Action<Task> then, CancellationToken cancellation, TaskContinuationOptions options, TaskScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(then);
        (options == TaskContinuationOptions.OnlyOnFaulted).OrThrow("only failures are continued from");
        await Wait(task);
        if (task.IsFaulted)
        {
            then(task);
        }
    }

    /// <summary>A task that nobody awaits: if it fails, the run does.</summary>
    public static void Forget(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _ = WatchAsync(task, Control.Run.Current!);
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
        await Wait(task);
        told.TrySetResult();
    }

    /// <summary>Until it is complete, however.</summary>
    private static async Task Wait(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // Who waits sees for itself.
        }
    }

    private static async Task RunAsync(Func<Task> body, TaskCompletionSource source)
    {
        try
        {
            await body();
            source.SetResult();
        }
        catch (Exception thrown)
        {
            source.SetException(thrown);
        }
    }
}
