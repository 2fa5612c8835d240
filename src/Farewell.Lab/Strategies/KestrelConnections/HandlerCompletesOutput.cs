using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerCompletesOutput : KestrelHandlerStrategy
{
    public override About About => new("kestrel-completes-output", EndingSide.Server, 22)
    {
        Does = "the handler replies, calls Output.CompleteAsync() to half-close, and reads on",
        Lesson = "Kestrel has no half close: completing the output ends both ways, the next read throws.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        await connection.Transport.Output.CompleteAsync();
        try
        {
            await connection.Transport.Input.ReadAsync();
        }
        catch (ConnectionAbortedException)
        {
            // "The Socket transport's send loop completed gracefully": with that it took both directions down.
        }
    }
}
