using System.Net.Sockets;
using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class FinsCross : SocketStrategy
{
    public override About About => new("fins-cross", EndingSide.Client, 16)
    {
        Does = "both sides call Shutdown(Send) before either has received the other's FIN",
        Lesson = "A simultaneous close leaves a TIME_WAIT on both sides.",
        Why = "Each side sends its FIN before it has received the other's, passes through CLOSING and ends in TIME_WAIT "
            + "(RFC 9293 figure 13). The lab holds the FINs back with a socket filter until both are out; what crosses "
            + "are their retransmissions.",
        Expected = [new(ClosedFirst.Both, How.Orderly, TimeWaitHolder.Both, PeerSaw.EndOfStream)],
    };

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) => PacketFilter.Refusal;

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await CrossAsync(server, side: "server", other: "client");
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await CrossAsync(client, side: "client", other: "server");
    }

    /// <summary>Deaf until both FINs are out, so that each is retransmitted into a side that has sent its own.</summary>
    private static async Task CrossAsync(LabSocket socket, string side, string other)
    {
        await socket.UntilAcknowledged();
        PacketFilter.DropEverythingFor(socket.Socket);
        socket.Announce(side + " is deaf");
        await socket.Until(other + " is deaf");
        socket.Shutdown(SocketShutdown.Send);
        socket.Announce(side + "'s FIN is out");
        await socket.Until(other + "'s FIN is out");
        PacketFilter.Remove(socket.Socket);
        await socket.ReadToEndAsync();
        socket.Close();
    }
}
