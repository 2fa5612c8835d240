using Farewell.Lab.Churn;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;

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

    public static async Task<IReadOnlyList<ChurnResult>> TickAsync(Func<Action<SocketStrategy, ChurnSecond>?, Task<IReadOnlyList<ChurnResult>>> run)
    {
        if (Console.IsErrorRedirected)
        {
            return await run(null);
        }

        try
        {
            return await run((strategy, s) =>
                Console.Error.Write($"\r\e[K{strategy.Name}  second {s.Second + 1}: {s.Ok} opened, {s.Failed} failed, {s.TimeWait} in TIME_WAIT"));
        }
        finally
        {
            await Console.Error.WriteAsync("\r\e[K");
        }
    }
}
