using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.TcpClients;

internal sealed class NetworkStreamDisposesWhileReading : TcpClientStrategy
{
    public override About About => new("networkstream-disposes-while-reading", EndingSide.Server, 15)
    {
        Does = "the server disposes a NetworkStream that owns its socket while its own ReadAsync is pending",
        Lesson = "NetworkStream calls Shutdown first: a FIN, where Socket.Dispose would have reset.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        var stream = new NetworkStream(server.Socket, ownsSocket: true);
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        var pending = stream.ReadAsync(new byte[1], server.Cancellation).AsTask();
        server.NoteClosed();
        await stream.DisposeAsync();
        try
        {
            await pending;
        }
        catch (IOException)
        {
            // The Dispose ended it.
        }
    }
}
