using System.Net;
using System.Net.Sockets;
using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ConnectRefused : Strategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("connect-refused", EndingSide.Server, 5)
    {
        Does = "the client connects to a port on which nobody listens",
        Lesson = "A refusal is a reset before anything began; it costs no port.",
        Expected = [new(ClosedFirst.None, How.Refused, TimeWaitHolder.None, PeerSaw.Refused)],
    };

    public override async Task RunAsync(Arena arena)
    {
        // Bound and never listening: the kernel gives the port to nobody else and answers for it.
        using var reserved = arena.Network.OnServer(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(arena.Network.ServerAddress, 0));
            return socket;
        });
        await arena.WatchAsync((ushort)((IPEndPoint)reserved.LocalEndPoint!).Port);
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            using var client = await arena.TryConnectAsync();
        }
    }
}
