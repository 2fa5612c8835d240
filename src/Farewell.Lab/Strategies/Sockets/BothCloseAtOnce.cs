using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class BothCloseAtOnce : SocketStrategy
{
    public override About About => new("both-close-at-once", EndingSide.Client, 13)
    {
        Does = "each side closes as soon as it has sent or read the reply, without waiting for the other",
        Lesson = "A race that nobody decided: the TIME_WAIT falls wherever the first FIN came from.",
        Expected =
        [
            Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown },
            Outcome.ServerHeld with { PeerSaw = PeerSaw.Unknown },
            new(Tcp.Endings.ClosedFirst.Both, Tcp.Endings.How.Orderly, Tcp.Endings.TimeWaitHolder.Both, PeerSaw.Unknown),
        ],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.Close();
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }
}
