using System.Net;
using System.Net.Sockets;
using Farewell.Sockets;

namespace Farewell.Bench.Subjects;

/// <summary>What a loop of awaits on plain sockets does.</summary>
internal sealed class SocketEcho : IEchoServer
{
    public Task StartAsync(IPEndPoint endPoint)
    {
        var listener = Listening.At(endPoint);
        _ = AcceptAsync(listener);
        return Task.CompletedTask;
    }

    public Task<string> StopAsync() => Task.FromResult("no stop");

    private static async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync());
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        var have = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(have)) is > 0 and var count)
            {
                have += count;
                if (Messages.Whole(buffer.AsSpan(0, have)) is > 0 and var whole)
                {
                    await socket.SendAsync(buffer.AsMemory(0, whole));
                    buffer.AsSpan(whole, have - whole).CopyTo(buffer);
                    have -= whole;
                }
            }

            EndSocket.Passive(socket);
        }
        catch (SocketException)
        {
            EndSocket.Abort(socket);
        }
    }
}

/// <summary>A listener as the subjects want it.</summary>
internal static class Listening
{
    public static Socket At(IPEndPoint endPoint)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endPoint);
        listener.Listen(4096);
        return listener;
    }
}
