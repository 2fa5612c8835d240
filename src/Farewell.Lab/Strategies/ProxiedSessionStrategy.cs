using System.Net;
using Farewell.Lab.Running;
using Farewell.Lab.Running.Proxies;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy whose clients dial a TCP proxy on their own host, which dials the server. What is counted and witnessed is the connection between proxy and server;
/// the server's reports say which there were.
/// </summary>
internal abstract class ProxiedSessionStrategy(string proxy) : LeaverStrategy
{
    private readonly TcpProxy _proxy = TcpProxy.Named(proxy);

    /// <summary>Whether the server answers the FIN that follows its Goodbye with a reset.</summary>
    protected abstract bool ResetsAfterGoodbye { get; }

    public sealed override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? _proxy.WhyNot : "the lab runs proxies on Linux";

    public sealed override async Task RunAsync(Arena arena)
    {
        using var allReported = new CountdownEvent(arena.ConnectionCount);
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new FarewellServerOptions
        {
            Listener = await arena.ListenAsync(),
            Limits = Limits,
            ResetAfterGoodbye = ResetsAfterGoodbye,
            Ended = (_, report) =>
            {
                arena.NewConnection(TupleOf(arena, report)).Report(EndingSide.Server, report.Ending);
                if (allReported.Signal())
                {
                    reported.SetResult();
                }
            },
        };
        await using var server = FarewellServer.Start(options, HandleAsync);
        await using var proxy = await ChildProcess.ProxyAsync(arena, _proxy);
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var session = await DialAsync(arena, proxy.Port);
            work.Add(Task.Run(async () =>
            {
                await AskAsync(session);
                await session.DisposeAsync();
            }));
        }

        await Arena.AllAsync([.. work, reported.Task.WaitAsync(arena.Cancellation)]);
    }

    private Task<FarewellSession> DialAsync(Arena arena, ushort port)
    {
        var options = new FarewellClientOptions
        {
            Departure = Departure,
            Dial = async (endPoint, cancellation) =>
            {
                var socket = arena.NewClientSocket();
                await socket.ConnectAsync(endPoint, cancellation);
                return socket;
            },
        };
        return FarewellClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), options, arena.Cancellation);
    }

    private static FourTuple TupleOf(Arena arena, SessionReport report) =>
        new(Endpoint.From((IPEndPoint)report.RemoteEndPoint!).Unmap(), Endpoint.From(new IPEndPoint(arena.Network.ServerAddress, arena.Port)));
}
