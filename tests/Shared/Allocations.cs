namespace Farewell.Testing;

/// <summary>Bytes that this thread allocates, measured so that nothing else in the process is measured with them.</summary>
internal static class Allocations
{
    private const int MostRounds = 20;

    private const int QuietRounds = 3;

    /// <summary>
    /// What an action allocates. A collection, which any thread may cause, retires what was left of each thread's allocation quantum, and the runtime then counts that as allocated (some
    /// 6 KB where nothing was), also now and then in a round in which its count has not moved; it may also empty the pools. So the action is done until no collection fell into it, and the least of a few such
    /// rounds counts: whatever it allocates itself, it allocates each time.
    /// </summary>
    /// <param name="action">Must be the same each time, and have been done before if its first time differs.</param>
    public static long Of(Action action)
    {
        var least = long.MaxValue;
        for (int round = 1, quiet = 0; round <= MostRounds && quiet < QuietRounds && least > 0; round++)
        {
            var collections = GC.CollectionCount(0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (GC.CollectionCount(0) == collections || round == MostRounds)
            {
                (least, quiet) = (Math.Min(least, allocated), quiet + 1);
            }
        }

        return least;
    }
}
