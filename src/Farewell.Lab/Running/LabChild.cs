using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Farewell.Lab.Running.Proxies;
using Farewell.Listening;

namespace Farewell.Lab.Running;

/// <summary>
/// The code of the lab's child processes, which exist to be killed or to exit. A child ends by itself when its standard input closes, so
/// none outlives the lab, however the lab ends.
/// </summary>
public static class LabChild
{
    /// <summary>The hidden first argument that makes the program a child of the lab.</summary>
    public const string Verb = "lab-child";

    /// <summary>A server that replies and then keeps its connections: <c>serve ADDRESS [linger-0]</c>.</summary>
    public const string Serve = "serve";

    /// <summary>A server of Farewell's sessions that answers and then keeps its sessions: <c>sessions ADDRESS fin|reset</c>, the latter being what its crash does.</summary>
    public const string Sessions = "sessions";

    /// <summary>A TCP proxy and what it needs, which go with this child: <c>proxy nginx|haproxy ADDRESS PORT</c>.</summary>
    public const string Proxy = "proxy";

    /// <summary>An HttpClient that makes requests and exits without disposing anything: <c>fetch ADDRESS PORT COUNT</c>.</summary>
    public const string Fetch = "fetch";

    /// <summary>What a child prints when its work is done and it waits for its end.</summary>
    public const string Ready = "ready";

    /// <summary>Runs as a child.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var end = new CancellationTokenSource();
        var work = arguments switch
        {
            [Serve, var address, .. var options] => ServeAsync(IPAddress.Parse(address), options.Contains("linger-0"), end.Token),
            [Sessions, var address, var onCrash] => ServeSessionsAsync(IPAddress.Parse(address), Enum.Parse<CrashEnding>(onCrash, ignoreCase: true), end.Token),
            [Proxy, var name, var address, var port] => TcpProxy.Named(name).RunAsync(new IPEndPoint(IPAddress.Parse(address), Number(port)), end.Token),
            [Fetch, var address, var port, var count] => FetchAsync(new Uri($"http://{address}:{port}/"), Number(count)),
            _ => throw new ArgumentException($"The lab has no child '{string.Join(' ', arguments)}'."),
        };
        if (arguments[0] != Fetch)
        {
            // Reading the console blocks, whatever its name.
            await Task.WhenAny(work, Task.Run(Console.In.ReadToEnd));
            await end.CancelAsync();
        }

        await work;
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task ServeSessionsAsync(IPAddress address, CrashEnding onCrash, CancellationToken end)
    {
        var options = new FarewellServerOptions { EndPoint = new IPEndPoint(address, 0), Listen = new ListenOptions { OnCrash = onCrash } };
        await using var server = FarewellServer.Start(options, static (_, message) =>
        {
            message.Answer(LabSocket.Reply);
            return default;
        });
        await Console.Out.WriteLineAsync($"{server.LocalEndPoint.Port}");
        await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task ServeAsync(IPAddress address, bool abortsWhenKilled, CancellationToken end)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (abortsWhenKilled)
        {
            // Accepted sockets inherit it on Linux: the kernel then aborts them when the process goes.
            listener.LingerState = new LingerOption(true, 0);
        }

        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(1024);
        await Console.Out.WriteLineAsync($"{((IPEndPoint)listener.LocalEndPoint!).Port}");
        List<Socket> kept = [];
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(end);
                kept.Add(socket);
                var request = new byte[LabSocket.Request.Length];
                for (var read = 0; read < request.Length;)
                {
                    read += await socket.ReceiveAsync(request.AsMemory(read), end);
                }

                await socket.SendAsync(LabSocket.Reply, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The lab has closed our standard input.
        }
    }

    private static async Task FetchAsync(Uri target, int count)
    {
        // Not disposed: that is the point.
        var client = new HttpClient();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.GetStringAsync(target)));
        await Console.Out.WriteLineAsync(Ready);
    }
}
