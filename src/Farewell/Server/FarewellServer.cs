using System.Net;
using System.Net.Sockets;
using Farewell.Carriers;
using Farewell.Engine;
using Farewell.Listening;
using Farewell.Protocol;
using Farewell.Protocol.Manners;
using Farewell.Protocols;
using Farewell.Proxies;
using Farewell.Server;
using Farewell.Sessions;
using Farewell.Sockets;
using Farewell.Timing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell;

/// <summary>A stayer for many leavers: it never closes a connection first, and resets only whoever has forfeited it.</summary>
public sealed class FarewellServer : IAsyncDisposable
{
    private readonly FarewellServerOptions _options;
    private readonly SessionSettings _guests;
    private readonly SessionSettings _strangers;
    private readonly Opening _opening;
    private readonly DeadlineWheel _wheel;
    private readonly Front _front;
    private readonly Registry _sessions = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly ILogger _logger;
    private Task<StopReport>? _stop;
    private int _open;
    private int _turnedAway;
    private TimeSpan _stopGrace;
    private TimeSpan _stopsAt;

    private FarewellServer(Socket listener, FarewellServerOptions options, Opening opening, MessageHandler? handler)
    {
        (_options, _opening) = (options, opening);
        _wheel = new DeadlineWheel(options.Clock);
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        _logger = loggers.CreateLogger<FarewellServer>();
        _guests = new SessionSettings
        {
            Limits = options.Limits,
            Wheel = _wheel,
            Logger = _logger,
            Handlers = options.Handlers,
            FullQueue = options.FullQueue,
            ResetAfterGoodbye = options.ResetAfterGoodbye,
            MaxAge = options.MaxAge,
            Metrics = SessionMetrics.Of(options.MeterFactory),
            Watch = new Watch(this, isTurnedAway: false),
        }.Handling(handler ?? (static (_, _) => default), [.. options.Filters], options.HandlerThread);
        _strangers = _guests with { Watch = new Watch(this, isTurnedAway: true) };
        LocalEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _front = Open(listener, loggers.CreateLogger<Acceptor>());
        _accepting = _front.RunAsync(Accept, _stopping.Token);
        _ = _accepting.ContinueWith(
            failed => ServerLog.AcceptingFailed(_logger, LocalEndPoint, failed.Exception!.GetBaseException()), default, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Connections that are not ended, those that are being turned away among them.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Completes when accepting has ended: at a stop, or with the listener's failure.</summary>
    public Task Accepting => _accepting;

    /// <summary>Listens and serves from now on.</summary>
    /// <param name="options">How.</param>
    /// <param name="handler">What is done with messages and asks.</param>
    /// <exception cref="ListenException">It cannot listen there; the message says why, and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static FarewellServer Start(FarewellServerOptions options, MessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        return Start(options, static (transport, settings, _) => new SessionDriver(Role.Stayer, dials: false, transport, settings), handler);
    }

    /// <summary>
    /// Listens and serves any protocol from now on: a handler over octets, and the words by which that protocol ends. <see cref="FarewellServerOptions.Filters"/>,
    /// <see cref="FarewellServerOptions.Handlers"/> and <see cref="FarewellServerOptions.FullQueue"/> are for Farewell's own sessions and have no effect.
    /// </summary>
    /// <param name="options">How.</param>
    /// <param name="manner">Makes the closing manner of one connection.</param>
    /// <param name="handler">What is done with a connection.</param>
    /// <exception cref="ListenException">It cannot listen there; the message says why, and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static FarewellServer Start(FarewellServerOptions options, Func<IClosingManner> manner, ProtocolHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(manner);
        ArgumentNullException.ThrowIfNull(handler);
        var protocol = new HostedProtocol(manner, handler, options.ProtocolBuffer);
        return Start(options, (transport, settings, isTurnedAway) => new ProtocolDriver(Role.Stayer, transport, settings, protocol) { IsTurnedAway = isTurnedAway }, null);
    }

    private static FarewellServer Start(FarewellServerOptions options, Opening opening, MessageHandler? handler)
    {
        options.Validate();
        return new FarewellServer(options.Listener ?? ListenSocket.Bind(options.EndPoint, options.Listen), options, opening, handler);
    }

    /// <summary>
    /// Stops in good order: accepts no more, tells who still waits in the accept queue and asks every guest to leave, spread over a moment; work in hand is finished, what is not begun is refused, and who has
    /// not left a second after the grace is reset.
    /// </summary>
    /// <param name="options">How; null for the defaults. Only the first call's count.</param>
    /// <param name="hurry">Cuts the grace short: whoever has not left is reset at once. Of the first call only.</param>
    public Task<StopReport> StopAsync(StopOptions? options = null, CancellationToken hurry = default)
    {
        lock (_stopping)
        {
            return _stop ??= StopOnceAsync(options ?? new StopOptions(), hurry);
        }
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private async Task<StopReport> StopOnceAsync(StopOptions options, CancellationToken hurry)
    {
        var began = _wheel.Exact;
        _stopGrace = options.Grace ?? _options.Limits.Grace;
        _stopsAt = began + _stopGrace;
        var tally = _sessions.Tally();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var draining = options.HandsOver ? Task.FromResult(0) : DrainAsync(hurry);
        try
        {
            await DismissAllAsync(began, options.Spread, hurry).ConfigureAwait(false);

            // Only then is who is there all there will be.
            await draining.ConfigureAwait(false);
            var left = began + _stopGrace + TimeSpan.FromMilliseconds(500) - _wheel.Exact;
            await _sessions.WhenEmpty().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.Clock, hurry).ConfigureAwait(false);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            await draining.ConfigureAwait(false);
            foreach (var session in _sessions.ToArray())
            {
                session.Abort();
            }

            await _sessions.WhenEmpty().ConfigureAwait(false);
        }

        _front.Dispose();
        _wheel.Dispose();
        _stopping.Dispose();
        var report = tally.ToReport(await draining.ConfigureAwait(false), _options.Clock.GetElapsedTime(0) - began);
        ServerLog.Stopped(_logger, LocalEndPoint, report);
        return report;
    }

    /// <summary>Takes what waits in the accept queue, and closes the listener. Without descriptors the rest waits until guests have given some back, at most to the end of the grace.</summary>
    private async Task<int> DrainAsync(CancellationToken hurry)
    {
        var drained = _front.Drain(Accept);
        while (_front.IsStarved && _wheel.Exact < _stopsAt && !hurry.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), _options.Clock, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var nobodyWillGiveBack = _sessions.Count == 0;
            var more = _front.Drain(Accept);
            drained += more;
            if (more == 0 && nobodyWillGiveBack)
            {
                break;
            }
        }

        _front.CloseListener();
        return drained;
    }

    /// <summary>Spreads the Dismisses, so that the guests do not all come back, elsewhere, at once. What is given is the rest of the grace.</summary>
    private async Task DismissAllAsync(TimeSpan began, TimeSpan spread, CancellationToken hurry)
    {
        const int Steps = 20;
        var all = _sessions.ToArray();
        Random.Shared.Shuffle(all);
        var step = new TimeSpan(Math.Min(spread.Ticks, _stopGrace.Ticks / 2) / Steps);
        var perStep = Math.Max(1, (all.Length + Steps - 1) / Steps);
        foreach (var (number, some) in all.Chunk(perStep).Index())
        {
            var at = began + step * number;
            if (number > 0 && at > _wheel.Exact)
            {
                await Task.Delay(at - _wheel.Exact, _options.Clock, hurry).ConfigureAwait(false);
            }

            foreach (var session in some)
            {
                Dismiss(session, began + _stopGrace - _wheel.Exact);
            }
        }
    }

    private void Dismiss(Driver session, TimeSpan rest)
    {
        var grace = rest > TimeSpan.Zero ? rest : TimeSpan.FromMilliseconds(1);
        session.Dismiss(DismissReason.Stop, grace, DrawRetryAfter(), hard: grace);
    }

    private TimeSpan DrawRetryAfter() => _options.RetryAfter * Random.Shared.NextDouble();

    private Front Open(Socket listener, ILogger<Acceptor> logger) => CarrierChoice.IsLoops(_options.Carrier, _options.Clock)
        ? new LoopFront(listener, new EventLoops($"farewell :{LocalEndPoint.Port}", _options.Loops, _wheel), _wheel, new AcceptorOptions(), _options.Clock, logger)
        : new PortableFront(new Acceptor(listener, new AcceptorOptions(), _options.Clock, logger), _options.Clock);

    private void Accept(Accepted accepted)
    {
        if (_stopping.IsCancellationRequested)
        {
            var rest = _stopsAt - _wheel.Exact;
            TurnAway(accepted, DismissReason.Stop, rest > TimeSpan.Zero ? rest : TimeSpan.FromMilliseconds(1));
        }
        else if (Interlocked.Increment(ref _open) <= _options.MaxSessions)
        {
            Begin(accepted, isTurnedAway: false);
        }
        else
        {
            Interlocked.Decrement(ref _open);
            TurnAway(accepted, DismissReason.Busy, _options.TurnAwayGrace);
        }
    }

    private void TurnAway(Accepted accepted, DismissReason reason, TimeSpan grace)
    {
        if (Interlocked.Increment(ref _turnedAway) > _options.MaxTurnedAway && reason == DismissReason.Busy)
        {
            Interlocked.Decrement(ref _turnedAway);
            _guests.Metrics.TurnedAway(reason, isReset: true);
            accepted.Abort();
            return;
        }

        _guests.Metrics.TurnedAway(reason, isReset: false);
        Begin(accepted, isTurnedAway: true).Dismiss(reason, grace, DrawRetryAfter(), hard: grace);
    }

    private Driver Begin(Accepted accepted, bool isTurnedAway)
    {
        var settings = isTurnedAway ? _strangers : _guests;
        Driver session;
        try
        {
            var carried = accepted.Open();
            var transport = _options.Tls is { } tls ? TlsTransport.Serve(carried, tls, DrainLimit.Default.Time, _options.Clock) : carried;
            session = _options.Proxy == ProxyPolicy.Required ? new ProxyPrelude(transport, settings, behind => Replace(transport, behind, settings)) : _opening(transport, settings, isTurnedAway);
        }
        catch
        {
            // A connection that is gone already may say so here (on macOS it does); its place is free.
            Interlocked.Decrement(ref isTurnedAway ? ref _turnedAway : ref _open);
            throw;
        }

        _sessions.Add(session);

        if (accepted.ReceivesElsewhere)
        {
            session.Start();
        }
        else
        {
            // Accepting does not wait for what the new session has already sent.
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.Start(), session, preferLocal: false);
        }

        return session;
    }

    /// <summary>The header of a connection was read: its session begins.</summary>
    private Driver Replace(Transport transport, Transport behind, SessionSettings settings)
    {
        var prelude = transport.Driver;
        var session = _opening(behind, settings, ReferenceEquals(settings, _strangers));
        _sessions.Replace(prelude, session);
        return session;
    }

    /// <summary>Makes what drives a connection.</summary>
    private delegate Driver Opening(Transport transport, SessionSettings settings, bool isTurnedAway);

    private sealed class Watch(FarewellServer server, bool isTurnedAway) : SessionWatch
    {
        public override void Opened(Driver session)
        {
            if (session is SessionDriver own && server._options.Opened is { } tell)
            {
                Tell(nameof(FarewellServerOptions.Opened), () => tell(own.Face));
            }
        }

        public override void Ended(Driver session, SessionReport report)
        {
            if (session is SessionDriver own && server._options.Ended is { } tell)
            {
                Tell(nameof(FarewellServerOptions.Ended), () => tell(own.Face, report));
            }

            Interlocked.Decrement(ref isTurnedAway ? ref server._turnedAway : ref server._open);
            server._front.Resume();
            server._sessions.Remove(session, report);
        }

        private void Tell(string what, Action tell)
        {
            try
            {
                tell();
            }
            catch (Exception thrown)
            {
                SessionLog.EventFailed(server._logger, what, thrown);
            }
        }
    }
}
