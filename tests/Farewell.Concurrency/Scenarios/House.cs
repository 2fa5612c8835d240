using System.Net;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Protocol.Sessions;

namespace Farewell.Concurrency.Scenarios;

/// <summary>A server, and what it tells of its sessions.</summary>
internal sealed class House
{
    public static readonly SessionLimits Limits = SessionLimits.Stayer with { Idle = TimeSpan.Zero, Ping = TimeSpan.Zero };

    private readonly Run _run;
    private readonly DepartureChooser _departures;
    private readonly Dictionary<FarewellSession, int> _ended = [];
    private readonly HashSet<FarewellSession> _opened = [];

    /// <param name="run">The run.</param>
    /// <param name="change">What is not as usual.</param>
    /// <param name="listener">A listener that somebody else opened; null: its own.</param>
    public House(Run run, Action<FarewellServerOptions>? change = null, Socket? listener = null)
    {
        _run = run;
        _departures = new DepartureChooser(new DepartureOptions { OffersUnheldFin = false, Budget = new PortBudget(1000, "the scenario") }, run.Clock);
        var options = new FarewellServerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Limits = Limits,
            Clock = run.Clock,
            Carrier = Carried.Choice(run),
            Opened = session => ThrowUnless(_opened.Add(session) && !_ended.ContainsKey(session), "reports: a session opened twice, or after its end"),
            Ended = (session, _) => _ended[session] = _ended.GetValueOrDefault(session) + 1,
        };
        if (listener is not null)
        {
            // This was compiled against another kind of socket.
            typeof(FarewellServerOptions).GetProperty(nameof(FarewellServerOptions.Listener))!.SetValue(options, listener);
        }

        change?.Invoke(options);
        Server = FarewellServer.Start(options, async (_, message) =>
        {
            await Task.Yield();
            if (message.IsAsk)
            {
                LastVisitor = message.Payload.Span[0];
                Visits++;
                message.Answer(message.Payload);
            }
        });
    }

    public FarewellServer Server { get; }

    public int Visits { get; private set; }

    public int LastVisitor { get; private set; }

    public int TurnedAway { get; private set; }

    public async Task<FarewellSession> DialAsync(CancellationToken cancellation = default)
    {
        var session = await FarewellClient.ConnectAsync(
            Server.LocalEndPoint,
            new FarewellClientOptions { Limits = Limits, Clock = _run.Clock, Carrier = Carried.Choice(_run), Departures = _departures, Handler = static (_, _) => default },
            cancellation);
        _ = _run.Expect("a client's completion", session.Completion);
        session.Dismissed += (sender, _) => ((FarewellSession)sender!).End();
        return session;
    }

    public async Task<AskOutcome> AskAsync(FarewellSession session, byte number)
    {
        var result = await session.AskAsync(new[] { number });
        ThrowUnless(result.Outcome != AskOutcome.Answered || result.Answer.Span[0] == number, "answers: another's");
        return result.Outcome;
    }

    /// <summary>Dials, asks once and leaves, or is turned away.</summary>
    public async Task VisitAsync(byte number)
    {
        try
        {
            await using var session = await DialAsync();
            await AskAsync(session, number);
        }
        catch (FarewellException refused) when (IsTurnedAway(refused))
        {
            TurnedAway++;
        }
    }

    /// <summary>After a stop: all are gone, each told its end once, and the numbers agree.</summary>
    public async Task CheckAsync()
    {
        var report = await Server.StopAsync();
        ThrowUnless(Server.Sessions == 0, $"counts: {Server.Sessions} sessions after the stop");
        ThrowUnless(_ended.Values.All(count => count == 1), "reports: a session told its end twice");
        ThrowUnless(_opened.All(_ended.ContainsKey), "reports: a session opened and never told its end");
        ThrowUnless(report.Left + report.Reset + report.Lost == report.Sessions + report.Drained, $"counts: {report}");
    }

    /// <summary>Whether a server that stops, or is full, may do that to who comes.</summary>
    private static bool IsTurnedAway(FarewellException refused) =>
        refused.Dismissal is not null
            || refused.Report?.Cause is Protocol.Cause.PeerReset
            || refused.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.ConnectionReset };
}
