using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerAbortsAfterReceipt : KestrelHandlerStrategy
{
    public override About About => new("kestrel-aborts-after-receipt", EndingSide.Server, 18)
    {
        Does = "the handler replies, waits for the client's word that the reply came, and calls Abort()",
        Lesson = "Kestrel's Abort is a reset; after the peer's confirmation it destroys nothing.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        await ReadRequestAsync(connection, server);
        server.NoteAborted();
        connection.Abort();
    }

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        client.Close();
    }
}
