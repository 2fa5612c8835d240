using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ClientHalfClosesAndReads : SocketStrategy
{
    public override About About => new("client-half-closes-and-reads", EndingSide.Client, 4)
    {
        Does = "the client calls Shutdown(Send) after its request and reads the reply that comes after its FIN",
        Lesson = "A half-closed connection still carries data the other way.",
        Expected = [Outcome.ClientHeld],
    };

    public override bool CanChurn => false;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.ReadToEndAsync();
        await server.SendReplyAsync();
        server.Close();
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        client.Shutdown(SocketShutdown.Send);
        await client.ReadReplyAsync();
        await client.ReadToEndAsync();
        client.Close();
    }
}
