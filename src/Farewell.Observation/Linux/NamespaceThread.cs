using System.Collections.Concurrent;

namespace Farewell.Observation.Linux;

/// <summary>
/// A thread that does what it is handed, in order, until disposed. Namespaces belong to threads: a pool thread that changed its own would
/// take it to whatever it runs next.
/// </summary>
internal sealed class NamespaceThread : IDisposable
{
    // Never disposed: a Run that races with Dispose must find it completed, and it holds nothing that the garbage collector does not free.
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NamespaceThread(string name)
    {
        _thread = new(Work) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public bool IsAlive => _thread.IsAlive;

    public T Run<T>(Func<T> inside)
    {
        if (Thread.CurrentThread == _thread)
        {
            return inside();
        }

        var outcome = new TaskCompletionSource<T>();
        try
        {
            _work.Add(() => Complete(outcome, inside));
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(_thread.Name);
        }

        return outcome.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Lets the work that was handed over finish, and ends the thread. From the thread itself, it ends after the work in hand.
    /// </summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    private static void Complete<T>(TaskCompletionSource<T> outcome, Func<T> inside)
    {
        try
        {
            outcome.SetResult(inside());
        }
        catch (Exception thrown)
        {
            outcome.SetException(thrown);
        }
    }
}
