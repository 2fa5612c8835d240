namespace Farewell.Carriers;

/// <summary>What a scenario cannot say itself, since it was compiled against real sockets: the library's own transport over one in memory.</summary>
internal static class Wire
{
    public static Transport Of(object socket, TimeProvider clock) => new SocketTransport((Socket)socket, Sockets.DrainLimit.Default, clock);
}
