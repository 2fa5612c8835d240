using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ClientCloses : SocketStrategy
{
    public override About About => new("client-closes", EndingSide.Client, 2)
    {
        Does = "the client calls Close() after the reply, the server on end of stream",
        Lesson = "On the side that dialled, a TIME_WAIT costs a port for a minute.",
        Why = "A TIME_WAIT holds the four-tuple. The server's address and port are fixed, so each one takes an ephemeral "
            + "port towards this destination for 60 s: with the default 28,232 ports, 470 connections a second.",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }
}
