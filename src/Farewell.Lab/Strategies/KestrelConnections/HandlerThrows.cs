using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerThrows : KestrelHandlerStrategy
{
    public override About About => new("kestrel-handler-throws", EndingSide.Server, 20)
    {
        Does = "the handler replies and throws",
        Lesson = "On the wire a failure looks like success: the same FIN as a return.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        throw new InvalidOperationException("Thrown by a handler of the lab's.");
    }
}
