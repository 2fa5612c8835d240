using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TableBench;

/// <summary>TIME_WAITs made on the loopback interface of a network namespace of its own, over an address that is not loopback, so that none is reused.</summary>
internal static class TimeWaits
{
    public const int Destinations = 8;

    private static readonly IPAddress Host = IPAddress.Parse("10.9.0.2");

    /// <summary>Makes so many; less if they would not be young any more.</summary>
    public static void Make(int wanted)
    {
        File.WriteAllText("/proc/sys/net/ipv4/tcp_rfc1337", "1");
        Run("ip", "link", "set", "lo", "up");
        Run("ip", "address", "replace", $"{Host}/32", "dev", "lo");
        Socket[] listeners = [.. Enumerable.Range(0, Destinations).Select(static _ => Listen())];
        var made = Stopwatch.StartNew();
        for (var at = 0; at < wanted && made.Elapsed < TimeSpan.FromSeconds(35); at++)
        {
            var listener = listeners[at % Destinations];
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            var server = listener.Accept();
            client.Close();
            server.Close();
        }

        Array.ForEach(listeners, static listener => listener.Dispose());
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(Host, 0));
        listener.Listen(512);
        return listener;
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
    }
}
