using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Listening;
using Farewell.Sockets;

namespace Farewell.Tests;

/// <summary>
/// What a child process of the tests does. It ends by itself when its standard input closes, so none outlives the tests, however they end.
/// </summary>
internal static partial class Child
{
    public const string Verb = "child";

    /// <summary>Takes inherited listeners, sends an octet to whoever connects, and keeps the connection: <c>inherit fin|reset</c>.</summary>
    public const string Inherit = "inherit";

    /// <summary>Listens with descriptors for few connections: <c>starve COUNT</c>. <c>release</c> on its standard input ends all it has.</summary>
    public const string Starve = "starve";

    /// <summary>Makes requests at once with UseFarewell and, when its standard input closes, exits: <c>fetch URL COUNT DEPARTURE dispose|leave</c>.</summary>
    public const string Fetch = "fetch";

    public static int Run(string[] arguments) => (arguments switch
    {
        [Inherit, var onCrash] => InheritAsync(Enum.Parse<CrashEnding>(onCrash, ignoreCase: true)),
        [Starve, var count] => StarveAsync(int.Parse(count, CultureInfo.InvariantCulture)),
        [Fetch, var address, var count, var departure, var end] =>
            FetchAsync(new Uri(address), int.Parse(count, CultureInfo.InvariantCulture), Enum.Parse<Departure>(departure), end == "dispose"),
        [Soak.SoakClient.Name, var server] => Soak.SoakClient.RunAsync(server),
        _ => throw new ArgumentException($"There is no child '{string.Join(' ', arguments)}'."),
    }).GetAwaiter().GetResult();

    private static async Task<int> InheritAsync(CrashEnding onCrash)
    {
        var inherited = InheritedListener.TakeAll();
        Console.WriteLine(string.Join(' ', inherited.Select(each => $"{each.Name}={each.Descriptor}")));

        // A child of ours must not take them too.
        const string script = "echo \"${LISTEN_FDS-unset}\"; test -e /proc/self/fd/3 && echo open || echo closed";
        using var grandchild = Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
        })!;
        Console.WriteLine((await grandchild.StandardOutput.ReadToEndAsync()).ReplaceLineEndings(" ").Trim());

        List<Socket> kept = [];
        using var acceptor = new Acceptor(inherited[0].Open(new() { OnCrash = onCrash }));
        await UntilInputEndsAsync(acceptor, socket =>
        {
            kept.Add(socket);
            socket.Send([7]);
            Console.WriteLine($"accepted {kept.Count}");
        }, () => { });
        kept.ForEach(socket => EndSocket.Abort(socket));
        return 0;
    }

    private static async Task<int> StarveAsync(int count)
    {
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        using var acceptor = new Acceptor(listener, new()
        {
            KeptDescriptors = Kept,
            OnPause = pause => Console.WriteLine(pause.Lasted is null ? $"paused {pause.Cause}" : $"resumed {pause.Cause}"),
        });
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        List<Socket> kept = [];
        var total = 0;

        // The limit is a number, and the kernel gives out the lowest free one: count the gaps too.
        var taken = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).ToHashSet();
        var last = Enumerable.Range(0, 10_000).Where(number => !taken.Contains(number)).ElementAt(count + Kept);
        GetLimit(DescriptorLimit, out var limit);
        SetLimit(DescriptorLimit, limit with { Soft = (ulong)last });
        await UntilInputEndsAsync(
            acceptor,
            socket =>
            {
                lock (kept)
                {
                    kept.Add(socket);
                    Console.WriteLine($"accepted {++total}");
                }
            },
            () =>
            {
                lock (kept)
                {
                    kept.ForEach(socket => EndSocket.Abort(socket));
                    kept.Clear();
                }

                acceptor.Resume();
            });
        return 0;
    }

    private static async Task<int> FetchAsync(Uri address, int count, Departure departure, bool disposes)
    {
        var client = new HttpClient(new SocketsHttpHandler().UseFarewell(options => options.Departure = departure));
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.GetStringAsync(address)));
        }
        catch (HttpRequestException failed) when (failed.InnerException is SocketException cause)
        {
            Console.WriteLine($"{cause.SocketErrorCode}: {cause.Message}");
        }

        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        if (disposes)
        {
            client.Dispose();
        }

        return 0;
    }

    private static async Task UntilInputEndsAsync(Acceptor acceptor, Action<Socket> accepted, Action release)
    {
        using var end = new CancellationTokenSource();
        Console.WriteLine("ready");
        var running = Task.Run(() => acceptor.RunAsync(accepted, end.Token));
        while (await Console.In.ReadLineAsync() is not null)
        {
            release();
        }

        await end.CancelAsync();
        await running;
    }

    private const int Kept = 20;
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE

    private record struct ResourceLimit(ulong Soft, ulong Hard);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);
}
