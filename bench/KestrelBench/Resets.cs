using System.Globalization;
using System.Net;
using System.Net.Sockets;

/// <summary>What a client costs that has its response and then resets its connection: exceptions thrown and processor time, client and server together, with and without UseFarewell, in turns.</summary>
internal static class Resets
{
    private const int Rounds = 20;
    private const int Connections = 500;

    public static async Task RunAsync(Server plain, Server farewell)
    {
        var thrown = 0;
        AppDomain.CurrentDomain.FirstChanceException += (_, _) => Interlocked.Increment(ref thrown);
        List<(double Exceptions, double Microseconds)> without = [], with = [];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (server, into) in round % 2 == 0 ? new[] { (plain, without), (farewell, with) } : [(farewell, with), (plain, without)])
            {
                var (before, processor) = (Volatile.Read(ref thrown), Environment.CpuUsage.TotalTime);
                for (var i = 0; i < Connections; i++)
                {
                    await OnceAsync(server);
                }

                // The server learns of the last ones after their client.
                await Task.Delay(200);
                into.Add(((Volatile.Read(ref thrown) - before) / (double)Connections, (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / Connections));
            }
        }

        foreach (var (name, measured) in new[] { ("plain", without), ("with UseFarewell", with) })
        {
            var (exceptions, microseconds) = (measured.Select(static each => each.Exceptions).Order().ElementAt(Rounds / 2), measured.Select(static each => each.Microseconds).Order().ElementAt(Rounds / 2));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {exceptions:n2} exceptions and {microseconds:n0} us of processor a connection that its client resets, medians"));
        }
    }

    private static async Task OnceAsync(Server server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(new Uri(server.Application.Urls.First()).Authority));
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var (buffer, length) = (new byte[4096], 0);
        while (!buffer.AsSpan(0, length).EndsWith("hello, wire\n"u8))
        {
            length += await socket.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var count ? count : throw new InvalidOperationException("cut off");
        }

        socket.Close(0);
    }
}
