using System.Net.Sockets;
using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class KeepAliveFails : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("keep-alive-fails", EndingSide.Server, 8)
    {
        Does = "the server's host falls silent on an idle connection whose client probes it (keep-alive 1 s, one probe)",
        Lesson = "Keep-alive ends in a time-out for its owner and a reset for a peer that may be gone.",
        Expected = [new(ClosedFirst.None, How.TimedOut, TimeWaitHolder.None, PeerSaw.TimedOut)],
        IsSlow = true,
    };

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) =>
        OperatingSystem.IsLinux() ? null : "needs a socket filter to silence the server (Linux SO_ATTACH_FILTER)";

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.UntilAcknowledged();
        PacketFilter.DropEverythingFor(server.Socket);
        server.Announce("silent");
        await server.Until("gave up");
        server.Close(0);
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.Until("silent");
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        await client.ReadToEndAsync();
        client.Announce("gave up");
        client.Close();
    }
}
