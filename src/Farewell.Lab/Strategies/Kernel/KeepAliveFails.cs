using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class KeepAliveFails : SilentServerStrategy
{
    public override About About => new("keep-alive-fails", EndingSide.Server, 8)
    {
        Does = "the server's host falls silent on an idle connection whose client probes it (keep-alive 1 s, one probe)",
        Lesson = "Keep-alive ends in a time-out for its owner and a reset for a peer that may be gone.",
        Expected = GivenUp,
        IsSlow = true,
    };

    protected override Task WaitInVainAsync(LabSocket client)
    {
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 1);
        client.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return Task.CompletedTask;
    }
}
