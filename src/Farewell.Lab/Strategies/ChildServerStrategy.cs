using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy whose server is a process of its own, which is ended while its connections are idle.</summary>
internal abstract class ChildServerStrategy : Strategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    /// <summary>Options of the child, see <see cref="LabChild.Serve"/>.</summary>
    protected virtual string[] Options => [];

    /// <summary>Ends the server's process.</summary>
    protected abstract Task EndAsync(ChildProcess server);

    public override async Task RunAsync(Arena arena)
    {
        await using var server = await ChildProcess.ServeAsync(arena, Options);
        await arena.WatchAsync(server.Port);
        List<LabSocket> clients = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await arena.ConnectAsync();
            await client.SendRequestAsync();
            await client.ReadReplyAsync();
            clients.Add(client);
        }

        await EndAsync(server);
        foreach (var client in clients)
        {
            await client.ReadToEndAsync();
            client.Close();
        }
    }
}
