namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.ThreadPool"/>: what is queued is a strand, and may run at once or much later.</summary>
public static class ThreadPool
{
    public static bool UnsafeQueueUserWorkItem<T>(Action<T> callBack, T state, bool preferLocal)
    {
        ArgumentNullException.ThrowIfNull(callBack);
        Run.Current!.Begin($"pool item{(preferLocal ? "" : ", global")}", () => callBack(state));
        Run.Point("ThreadPool.UnsafeQueueUserWorkItem");
        return true;
    }
}
