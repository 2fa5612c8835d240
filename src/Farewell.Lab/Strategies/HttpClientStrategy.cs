using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy of HttpClient. The server is a plain socket that speaks persistent HTTP/1.1, so that what it saw is known: it replies once
/// all requests have come, each on a connection of its own therefore, then reads to the end and closes.
/// </summary>
internal abstract class HttpClientStrategy : Strategy
{
    /// <summary>The step that a connection reaches when the server has read to the end.</summary>
    protected const string Ended = "ended";

    public override StrategyGroup Group => StrategyGroup.HttpClient;

    /// <summary>Makes as many requests as there are connections, all at once, up to and with the ending.</summary>
    /// <param name="arena">Where.</param>
    /// <param name="target">Whom to ask.</param>
    /// <param name="arrived">Done when all requests have come.</param>
    protected abstract Task CallAsync(Arena arena, Uri target, Task arrived);

    /// <summary>The server's answer to one request.</summary>
    protected virtual Task ReplyAsync(LabSocket server) => server.SendAsync(RawHttp.Ok);

    public sealed override async Task RunAsync(Arena arena)
    {
        using var listener = await arena.ListenAsync();
        var target = new Uri($"http://{arena.Network.ServerAddress}:{arena.Port}/");
        var missing = arena.ConnectionCount;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<Task> work = [Task.Run(() => CallAsync(arena, target, arrived.Task))];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var server = await arena.AcceptAsync(listener);
            work.Add(Task.Run(() => ServeAsync(server)));
        }

        await Task.WhenAll(work);

        async Task ServeAsync(LabSocket server)
        {
            await server.ReadMessageAsync();
            if (Interlocked.Decrement(ref missing) == 0)
            {
                arrived.SetResult();
            }

            await arrived.Task.WaitAsync(server.Cancellation);
            await ReplyAsync(server);
            await server.ReadToEndAsync();
            server.Announce(Ended);
            server.Close();
        }
    }

    /// <summary>Waits until every connection has reached a step.</summary>
    protected static Task AllAsync(Arena arena, string step) =>
        Task.WhenAll(arena.Connections.Select(connection => connection.Server!.Until(step)));

    /// <summary>As many requests as there are connections, all at once.</summary>
    protected static Task RequestAsync(Arena arena, Func<Task> request) =>
        Task.WhenAll(Enumerable.Range(0, arena.ConnectionCount).Select(_ => request()));

    /// <summary>Makes the requests and cancels them all once they have come.</summary>
    protected static async Task CancelAllAsync(Arena arena, HttpClient client, Uri target, Task arrived)
    {
        using var cancel = new CancellationTokenSource();
        var requests = RequestAsync(arena, () => client.GetStringAsync(target, cancel.Token));
        await arrived;
        await cancel.CancelAsync();
        try
        {
            await requests;
        }
        catch (OperationCanceledException)
        {
            // That is what was asked for.
        }
    }
}
