using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ClientDisconnectsForReuse : SocketStrategy
{
    public override About About => new("client-disconnect-reuse", EndingSide.Client, 14)
    {
        Does = "the client calls Shutdown(Both), then DisconnectAsync(reuseSocket: true)",
        Lesson = "On Linux reuse is a FIN and then a reset: no TIME_WAIT, and the peer saw a clean end.",
        Expected = [Outcome.ClientFinThenReset, Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Shutdown(SocketShutdown.Both);
        await client.DisconnectAsync(reuseSocket: true);
        client.Close();
    }
}
