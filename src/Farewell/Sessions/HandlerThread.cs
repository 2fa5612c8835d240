namespace Farewell;

/// <summary>Where a handler begins to run. What follows its first wait runs on the thread pool either way.</summary>
public enum HandlerThread : byte
{
    /// <summary>
    /// Where its message was read: on an event loop, or a thread of the pool. A handler that only computes or answers is fastest here; one that blocks (a lock held long, a synchronous call to
    /// a database or a file) holds up every connection of its loop.
    /// </summary>
    Reader,

    /// <summary>On the thread pool, at the price of a hop, some microseconds: for handlers that may block.</summary>
    ThreadPool,
}
