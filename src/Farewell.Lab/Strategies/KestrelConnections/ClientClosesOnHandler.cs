using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class ClientClosesOnHandler : KestrelHandlerStrategy
{
    public override About About => new("kestrel-client-closes", EndingSide.Client, 24)
    {
        Does = "the handler reads until its input is completed, and the client closes once it has the reply",
        Lesson = "A handler that waits for the end of its input leaves the TIME_WAIT to the client.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        var end = await connection.Transport.Input.ReadAsync();
        if (end.IsCompleted)
        {
            server.Count(0);
        }
    }

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }
}
