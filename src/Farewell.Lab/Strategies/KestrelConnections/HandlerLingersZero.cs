using System.Net.Sockets;
using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerLingersZero : KestrelHandlerStrategy
{
    public override About About => new("kestrel-linger-0", EndingSide.Server, 23)
    {
        Does = "the handler sets LingerState(true, 0) on Kestrel's socket, replies and returns",
        Lesson = "Kestrel shuts down before it closes: a FIN, then a reset that races the client's FIN.",
        Expected = [Outcome.ServerFinThenReset, Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.LingerState = new LingerOption(true, 0);
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
    }
}
