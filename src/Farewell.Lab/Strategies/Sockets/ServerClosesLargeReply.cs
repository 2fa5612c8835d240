using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerClosesLargeReply : SocketStrategy
{
    private static readonly byte[] Large = new byte[256 * 1024];

    public override About About => new("server-closes-mid-send", EndingSide.Server, 27)
    {
        Does = "the server sends as much as the kernel takes and at once calls Close(), the client reads late",
        Lesson = "An orderly close delivers everything the kernel took, however late the peer reads.",
        Expected = [Outcome.ServerHeld],
    };

    public override bool CanChurn => false;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        server.Socket.Blocking = false;
        for (var sent = 1; sent > 0;)
        {
            sent = server.Socket.Send(Large, System.Net.Sockets.SocketFlags.None, out _);
            server.CountSent(Math.Max(0, sent));
        }

        server.Close();
        server.Announce("closed");
    }

    public override async Task CallAsync(LabSocket client)
    {
        client.Socket.ReceiveBufferSize = 8 * 1024;
        await client.SendRequestAsync();
        await client.Until("closed");
        await client.ReadToEndAsync();
        client.Close();
    }
}
