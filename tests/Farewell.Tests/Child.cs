using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
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

    /// <summary>Serves sessions with descriptors for few, and stops when its standard input closes.</summary>
    public const string StarveServer = "starve-server";

    /// <summary>Runs a soak and says what it came to: <c>soak MINUTES</c>.</summary>
    public const string Soak = "soak";
    /// <summary>Makes requests at once with UseFarewell and, when its standard input closes, exits: <c>fetch URL COUNT DEPARTURE dispose|leave</c>.</summary>
    public const string Fetch = "fetch";

    public static int Run(string[] arguments) => (arguments switch
    {
        [Inherit, var onCrash] => InheritAsync(Enum.Parse<CrashEnding>(onCrash, ignoreCase: true)),
        [Starve, var count] => StarveAsync(int.Parse(count, CultureInfo.InvariantCulture)),
        [StarveServer, var count] => StarveServerAsync(int.Parse(count, CultureInfo.InvariantCulture)),
        [Soak, var minutes] when OperatingSystem.IsLinux() => SoakAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture))),
        [Tests.Soak.SoakClient.Name, var server] => Tests.Soak.SoakClient.RunAsync(server),
        [Fetch, var address, var count, var departure, var end] =>
            FetchAsync(new Uri(address), int.Parse(count, CultureInfo.InvariantCulture), Enum.Parse<Departure>(departure), end == "dispose"),
        _ => throw new ArgumentException($"There is no child '{string.Join(' ', arguments)}'."),
    }).GetAwaiter().GetResult();

    [SupportedOSPlatform("linux")]
    private static async Task<int> SoakAsync(TimeSpan time)
    {
        var result = await Tests.Soak.SoakRun.RunAsync(time, Console.WriteLine);
        Console.WriteLine(result);
        result.Check();
        return 0;
    }

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

        LeaveDescriptors(count + Kept);
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

    /// <summary>A server that runs out of descriptors while its guests come, and stops when it is told to: <c>starve-server COUNT</c>.</summary>
    private static async Task<int> StarveServerAsync(int count)
    {
        var options = new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), MaxTurnedAway = 0 };
        LeaveDescriptors(count + KeptByDefault);
        var server = FarewellServer.Start(options, static (_, message) =>
        {
            message.Answer(message.Payload);
            return default;
        });
        Console.WriteLine(server.LocalEndPoint.Port);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        Console.WriteLine((await server.StopAsync()) with { Took = default });
        return 0;
    }

    /// <summary>Lowers the limit so that so many can be opened. It is a number, and the kernel gives out the lowest free one: count the gaps too.</summary>
    private static void LeaveDescriptors(int count)
    {
        var taken = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).ToHashSet();
        var last = Enumerable.Range(0, 10_000).Where(number => !taken.Contains(number)).ElementAt(count);
        GetLimit(DescriptorLimit, out var limit);
        SetLimit(DescriptorLimit, limit with { Soft = (ulong)last });
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
    private const int KeptByDefault = 32;
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE

    private record struct ResourceLimit(ulong Soft, ulong Hard);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);
}
