using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerReturns : KestrelHandlerStrategy
{
    public override About About => new("kestrel-handler-returns", EndingSide.Server, 20)
    {
        Does = "the handler replies and returns",
        Lesson = "Returning is closing first: Kestrel flushes, sends its FIN and keeps the TIME_WAIT.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
    }
}
