using System.Net;
using Farewell.Engine;

namespace Farewell.Carriers;

/// <summary>What a scenario cannot say itself, since it was compiled against real sockets: the library's own transports over sockets in memory.</summary>
internal static class Wire
{
    public static Transport Of(object socket, TimeProvider clock) => new SocketTransport((Socket)socket, Sockets.DrainLimit.Default, clock);

    public static Transport OnLoop(object socket, EventLoops loops) => loops.Take((Socket)socket);

    public static async Task<Transport> DialOnLoop(EndPoint server, EventLoops loops, CancellationToken cancellation) => await LoopDialer.DialAsync(server, loops, cancellation);
}
