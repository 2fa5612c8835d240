using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>The server sends as much as the kernel takes and ends at once; the client, whose receive buffer is small, reads only then.</summary>
internal abstract class LargeReplyStrategy : SocketStrategy
{
    private static readonly byte[] Large = new byte[256 * 1024];

    public override bool CanChurn => false;

    /// <summary>Ends a connection whose send buffer is full.</summary>
    protected abstract void End(LabSocket server);

    public sealed override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        server.Socket.Blocking = false;
        for (var sent = 1; sent > 0;)
        {
            sent = server.Socket.Send(Large, SocketFlags.None, out _);
            server.CountSent(Math.Max(0, sent));
        }

        End(server);
        server.Announce("ended");
    }

    public sealed override async Task CallAsync(LabSocket client)
    {
        client.Socket.ReceiveBufferSize = 64 * 1024;
        await client.SendRequestAsync();
        await client.Until("ended");
        await client.ReadToEndAsync();
        client.Close();
    }
}
