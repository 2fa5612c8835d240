namespace Farewell.Tests.Conformance;

/// <summary>Takes steps on the thread pool, one at a time, until there is none to take.</summary>
internal sealed class Loop(Func<bool> step)
{
    private int _kicks;

    public void Kick()
    {
        if (Interlocked.Increment(ref _kicks) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static loop => loop.Run(), this, preferLocal: false);
        }
    }

    private void Run()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _kicks);
            while (step())
            {
            }
        }
        while (Interlocked.CompareExchange(ref _kicks, 0, seen) != seen);
    }
}
