using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerAbortsMidSend : SocketStrategy
{
    private static readonly byte[] Large = new byte[256 * 1024];

    public override About About => new("server-aborts-mid-send", EndingSide.Server, 26)
    {
        Does = "the server sends as much as the kernel takes and at once calls Close(0), the client reads late",
        Lesson = "An abort throws away what is not yet on the wire, although every send succeeded.",
        Why = "The reset overtakes nothing: what was on the wire arrives, what was still in the send buffer is dropped.",
        Expected = [Outcome.Aborted],
    };

    public override bool CanChurn => false;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        server.Socket.Blocking = false;
        while (TrySend(server))
        {
        }

        server.Close(0);
        server.Announce("aborted");
    }

    public override async Task CallAsync(LabSocket client)
    {
        client.Socket.ReceiveBufferSize = 8 * 1024;
        await client.SendRequestAsync();
        await client.Until("aborted");
        await client.ReadToEndAsync();
        client.Close();
    }

    private static bool TrySend(LabSocket server)
    {
        var sent = server.Socket.Send(Large, System.Net.Sockets.SocketFlags.None, out _);
        server.CountSent(Math.Max(0, sent));
        return sent > 0;
    }
}
