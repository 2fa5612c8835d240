using System.Net;

namespace Farewell.Listening;

/// <summary>Listens in memory.</summary>
public static class ListenSocket
{
    public static Socket Bind(IPEndPoint endPoint, ListenOptions? options = null) => MemoryNetwork.Here.Listen(endPoint);
}
