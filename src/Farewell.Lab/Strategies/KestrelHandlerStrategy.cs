using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy of a Kestrel connection handler. The client is a plain socket that by itself sends a request, reads to the end and closes.
/// </summary>
internal abstract class KestrelHandlerStrategy : Strategy
{
    public override StrategyGroup Group => StrategyGroup.KestrelConnection;

    /// <summary>The handler; <paramref name="server"/> is only for notes, Kestrel holds the socket.</summary>
    protected abstract Task HandleAsync(ConnectionContext connection, LabSocket server);

    protected virtual async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        client.Close();
    }

    /// <summary>What happens to the server while the connections last.</summary>
    protected virtual Task MeanwhileAsync(LabKestrel kestrel, Arena arena) => Task.CompletedTask;

    public sealed override async Task RunAsync(Arena arena)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var kestrel = arena.Keep(await LabKestrel.StartAsync(arena, listen => listen.Run(async connection =>
        {
            await connected.Task;
            var server = arena.Join(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
            try
            {
                await HandleAsync(connection, server);
            }
            finally
            {
                server.NoteClosed();
            }
        })));
        List<LabSocket> clients = [];
        while (clients.Count < arena.ConnectionCount)
        {
            clients.Add(await arena.ConnectAsync());
        }

        connected.SetResult();
        await Task.WhenAll([.. clients.Select(client => Task.Run(() => CallAsync(client))), MeanwhileAsync(kestrel, arena)]);
    }

    protected static async Task ReadRequestAsync(ConnectionContext connection, LabSocket server)
    {
        var result = await connection.Transport.Input.ReadAtLeastAsync(LabSocket.Request.Length);
        connection.Transport.Input.AdvanceTo(result.Buffer.End);
        server.Count((int)result.Buffer.Length);
    }

    protected static async Task SendReplyAsync(ConnectionContext connection, LabSocket server)
    {
        await connection.Transport.Output.WriteAsync(LabSocket.Reply);
        server.CountSent(LabSocket.Reply.Length);
    }
}
