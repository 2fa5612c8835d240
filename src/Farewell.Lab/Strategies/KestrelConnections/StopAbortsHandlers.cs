using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class StopAbortsHandlers : KestrelHandlerStrategy
{
    public override About About => new("kestrel-stop-aborts-handlers", EndingSide.Server, 30)
    {
        Does = "the host stops with a limit of 300 ms while handlers wait for input and heed nothing else",
        Lesson = "A handler that ignores ConnectionClosedRequested uses up the limit and is then reset.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        try
        {
            await connection.Transport.Input.ReadAsync();
        }
        catch (ConnectionAbortedException)
        {
            server.NoteAborted();
        }
    }

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Announce("idle");
        await client.ReadToEndAsync();
        client.Close();
    }

    protected override async Task MeanwhileAsync(LabKestrel kestrel, Arena arena)
    {
        await Task.WhenAll(arena.Connections.Select(connection => connection.Client!.Until("idle")));
        await kestrel.StopAsync(TimeSpan.FromMilliseconds(300));
    }
}
