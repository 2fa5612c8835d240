using System.Collections.Concurrent;
using System.Net;
using Farewell.Departures;
using Farewell.Lab.Running;
using Farewell.Protocol.Sessions;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy whose clients leave by Farewell's own sessions, whatever serves them. Both sides' reports are witnesses.</summary>
internal abstract class LeaverStrategy : Strategy
{
    private readonly ConcurrentDictionary<Endpoint, (LabConnection Connection, TaskCompletionSource Reported)> _byClient = new();

    public override StrategyGroup Group => StrategyGroup.Session;

    /// <summary>How the clients leave.</summary>
    protected virtual Departure Departure => Departure.Fin;

    /// <summary>The server's limits: short ones, so that what has to run out does so soon.</summary>
    protected virtual SessionLimits Limits { get; } = SessionLimits.Stayer with
    {
        Grace = TimeSpan.FromMilliseconds(400),
        Hard = TimeSpan.FromMilliseconds(600),
        Parting = TimeSpan.FromSeconds(3),
    };

    /// <summary>What the clients are to do beyond the ordinary.</summary>
    protected virtual void Configure(FarewellClientOptions options)
    {
    }

    /// <summary>Opens, uses and ends as many sessions as the arena asks for: each client asks once and <see cref="EndAsync"/> follows.</summary>
    protected async Task DialAllAsync(Arena arena)
    {
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var (session, connection) = await DialAsync(arena);
            work.Add(Task.Run(async () =>
            {
                await EndAsync(session, connection);
                await ReportedAsync(session, connection);
            }));
        }

        await Arena.AllAsync(work);
    }

    /// <summary>Uses and ends one session, from the client's side.</summary>
    protected virtual async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        await AskAsync(session);
        await session.DisposeAsync();
    }

    /// <summary>A server's handler: it answers with the reply.</summary>
    protected virtual ValueTask HandleAsync(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(LabSocket.Reply);
        }

        return default;
    }

    /// <summary>A session whose client side the lab holds.</summary>
    protected async Task<(FarewellSession Session, LabConnection Connection)> DialAsync(Arena arena)
    {
        LabConnection? connection = null;
        var options = new FarewellClientOptions
        {
            Departure = Departure,
            Dial = async (_, _) =>
            {
                var client = await DialByHandAsync(arena);
                connection = arena.Connections.First(c => c.Client == client);
                return client.Socket;
            },
        };
        Configure(options);
        var session = await FarewellClient.ConnectAsync(new IPEndPoint(arena.Network.ServerAddress, arena.Port), options, arena.Cancellation);
        return (session, connection!);
    }

    /// <summary>A client that speaks the protocol by hand.</summary>
    protected async Task<LabSocket> DialByHandAsync(Arena arena)
    {
        var client = await arena.ConnectAsync();
        var connection = arena.Connections.First(c => c.Client == client);
        _byClient[connection.Tuple!.Value.Local] = (connection, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return client;
    }

    protected static async Task AskAsync(FarewellSession session)
    {
        var result = await session.AskAsync(LabSocket.Request);
        _ = result.Answer;
    }

    protected static async Task ReportedAsync(FarewellSession session, LabConnection connection)
    {
        var report = await session.Completion;
        connection.Report(EndingSide.Client, report.Ending);
    }

    /// <summary>The connection of a session on the server's side.</summary>
    protected LabConnection ConnectionOf(FarewellSession session) => _byClient[ClientOf(session.RemoteEndPoint)].Connection;

    /// <summary>Notes what a session on the server's side reported.</summary>
    protected void NoteServer(SessionReport report)
    {
        if (_byClient.TryGetValue(ClientOf(report.RemoteEndPoint), out var noted))
        {
            noted.Connection.Report(EndingSide.Server, report.Ending);
            noted.Reported.TrySetResult();
        }
    }

    /// <summary>Waits until the server's side has reported every connection.</summary>
    protected async Task AllReportedAsync(Arena arena)
    {
        await Arena.AllAsync(_byClient.Values.Select(noted => noted.Reported.Task.WaitAsync(arena.Cancellation)));
        _byClient.Clear();
    }

    private static Endpoint ClientOf(EndPoint? remote) => Endpoint.From((IPEndPoint)remote!).Unmap();
}
