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
        Expected = [new(ClosedFirst.Both, How.Orderly, TimeWaitHolder.Both, PeerSaw.EndOfStream)],
    };

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) =>
        OperatingSystem.IsLinux() ? null : "needs a socket filter to hold the FINs back (Linux SO_ATTACH_FILTER)";

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await CrossAsync(server, mine: "server's FIN is out", other: "client's FIN is out");
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await CrossAsync(client, mine: "client's FIN is out", other: "server's FIN is out");
    }

    /// <summary>Deaf until both FINs are out, so that each is retransmitted into a side that has sent its own.</summary>
    private static async Task CrossAsync(LabSocket socket, string mine, string other)
    {
        await socket.UntilAcknowledged();
        socket.Announce(mine + ", almost");
        await socket.Until(other + ", almost");
        PacketFilter.DropEverythingFor(socket.Socket);
        socket.Shutdown(SocketShutdown.Send);
        socket.Announce(mine);
        await socket.Until(other);
        PacketFilter.Remove(socket.Socket);
        await socket.ReadToEndAsync();
        socket.Close();
    }
}
