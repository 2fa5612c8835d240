using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

/// <summary>How long the last request of a connection takes, from its first octet to what its client waits for: the whole response, or in HTTP/1.0 the end of the connection.</summary>
internal static class LastRequest
{
    private const int Times = 2000;

    public static async Task RunAsync(Server plain, Server farewell)
    {
        foreach (var (name, request, toEnd) in new[]
        {
            ("HTTP/1.1 Connection: close, to the whole response", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false),
            ("HTTP/1.0, to the end of the connection", "GET / HTTP/1.0\r\n\r\n", true),
            ("400, to the whole response", "GET / HTTP/1.1\r\n\r\n", false),
        })
        {
            List<double> without = [], with = [];
            for (var i = 0; i < Times; i++)
            {
                without.Add(await OnceAsync(plain, request, toEnd));
                with.Add(await OnceAsync(farewell, request, toEnd));
            }

            without.Sort();
            with.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: median {without[Times / 2]:n3} ms plain, {with[Times / 2]:n3} ms with UseFarewell; 99 % below {without[Times * 99 / 100]:n3} and {with[Times * 99 / 100]:n3} ms"));
        }
    }

    private static async Task<double> OnceAsync(Server server, string request, bool toEnd)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(new Uri(server.Application.Urls.First()).Authority));
        var (octets, buffer, length) = (System.Text.Encoding.ASCII.GetBytes(request), new byte[4096], 0);
        var from = Stopwatch.GetTimestamp();
        await socket.SendAsync(octets);
        while (await socket.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            if (!toEnd && (buffer.AsSpan(0, length).EndsWith("hello, wire\n"u8) || buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8) && buffer.AsSpan(0, length).IndexOf("Content-Length: 0"u8) > 0))
            {
                break;
            }
        }

        return Stopwatch.GetElapsedTime(from).TotalMilliseconds;
    }
}
