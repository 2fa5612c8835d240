using Farewell.Lab.Running;

namespace Farewell.Tool.Lab;

/// <summary>One line on the terminal that says how far the lab is; nothing when standard error is no terminal.</summary>
internal static class LabProgress
{
    public static async Task<IReadOnlyList<StrategyResult>> WatchAsync(
        int count, Func<Action<StrategyResult>?, Task<IReadOnlyList<StrategyResult>>> run)
    {
        if (Console.IsErrorRedirected)
        {
            return await run(null);
        }

        var done = 0;
        try
        {
            return await run(result => Console.Error.Write($"\r\e[K{Interlocked.Increment(ref done)} of {count}  {result.Strategy.Name}"));
        }
        finally
        {
            await Console.Error.WriteAsync("\r\e[K");
        }
    }
}
