using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Protocol.Manners;
using Farewell.Sessions;
using Farewell.Tcp.Endings;

namespace Farewell.Protocols;

/// <summary>
/// A connection of a user's protocol at work: two bounded pipes between a transport and a handler, and the machine of the close, which watches what passes and adds its words. Everything here that
/// changes runs under one lock; the handler never does.
/// </summary>
internal sealed partial class ProtocolDriver : Driver
{
    private readonly Lock _gate = new();
    private readonly GuardedManner _manner;
    private readonly MannerSession _core;
    private readonly Transport _transport;
    private readonly SessionSettings _settings;
    private readonly HostedProtocol _protocol;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly TimeSpan _began;
    private readonly TimeSpan _agesAt;
    private readonly ProtocolConnection _face;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<SessionReport> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _fault;
    private bool _isInputDone;

    public ProtocolDriver(Role role, Transport transport, SessionSettings settings, HostedProtocol protocol)
    {
        (_transport, _settings, _protocol) = (transport, settings, protocol);
        _began = settings.Wheel.Exact;
        _manner = new GuardedManner(protocol.Manner);
        _core = new MannerSession(role, _manner, settings.Limits, settings.Wheel.Now);
        _agesAt = settings.AgesAt(_began);
        var bounds = new PipeOptions(pauseWriterThreshold: protocol.Buffer, resumeWriterThreshold: (protocol.Buffer + 1) / 2, useSynchronizationContext: false);
        (_input, _output) = (new Pipe(bounds), new Pipe(bounds));
        _face = new ProtocolConnection(this, _input.Reader, _output.Writer);
        transport.Driver = this;
    }

    /// <summary>Whether the server has no room for it: it is dismissed, and its handler never runs.</summary>
    public bool IsTurnedAway { get; init; }

    public Role Role => _core.Role;

    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    public EndPoint? LocalEndPoint => _transport.LocalEndPoint;

    public CancellationToken Ending => _ending.Token;

    public Task<SessionReport> Completion => _completion.Task;

    private TimeSpan Now => _settings.Wheel.Now;

    private bool IsOver => _core.Disposition != Disposition.Stay;

    public override void Start()
    {
        _settings.Metrics.Began(Role);
        lock (_gate)
        {
            Settle();
        }

        _ = SendAllAsync();
        _transport.Start();
        if (!IsTurnedAway)
        {
            _settings.Watch.Opened(this);
            _ = RunAsync();
        }
    }

    public void End(DismissReason reason, TimeSpan? grace)
    {
        if (Role == Role.Stayer)
        {
            Dismiss(reason, grace, null, null);
        }
        else
        {
            Do(grace, static (driver, grace) => driver._core.Leave(driver.Now, grace));
        }
    }

    public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard) => Do((reason, grace, hard), static (driver, why) =>
    {
        driver._core.Dismiss(why.reason, driver.Now, why.grace, why.hard);
        if (driver.IsTurnedAway)
        {
            driver._output.Writer.Complete();
        }

        driver._settings.Watch.Dismissed(driver);
    });

    public override void Abort() => Do(0, static (driver, _) => driver._core.Abort());

    public override void Tick() => Do(Now, static (driver, now) =>
    {
        driver._core.Tick(now);
        if (driver._agesAt <= now && driver._core.State == SessionState.Open)
        {
            driver._core.Dismiss(DismissReason.Age, now);
        }
    });

    public override bool Received(ReadOnlyMemory<byte> octets)
    {
        _settings.Metrics.Octets(isSent: false, octets.Length);
        ValueTask<FlushResult> flush;
        lock (_gate)
        {
            if (!_isInputDone)
            {
                _input.Writer.Write(octets.Span);
            }

            _core.Hear(octets.Span, Now);
            flush = _isInputDone ? default : _input.Writer.FlushAsync();
            var isTaken = flush.IsCompleted;
            if (isTaken && flush.Result.IsCompleted)
            {
                // The handler reads no more: what comes is discarded, so that the words are heard.
                EndInput(null);
            }

            Settle();
            if (isTaken || _isInputDone)
            {
                return true;
            }

            _core.PauseReading();
        }

        _ = ResumeAsync(flush);
        return false;
    }

    public override void EndOfStream() => Do(0, static (driver, _) =>
    {
        driver._trace.Note(CloseEventKind.EndOfStream, driver._settings.Wheel.Exact);
        driver._core.EndOfStream(driver.Now);
        driver._isAtEnd = true;
    });

    public override void Lost(Loss how) => Do(how, static (driver, how) =>
    {
        if (how == Loss.Broken)
        {
            driver._core.ConnectionBroken();
            return;
        }

        driver._trace.Note(how, driver._settings.Wheel.Exact);
        driver._core.ConnectionReset();
    });

    private void Do<T>(T argument, Action<ProtocolDriver, T> change)
    {
        lock (_gate)
        {
            change(this, argument);
            Settle();
        }
    }

    /// <summary>Waits until the handler has read enough, then reads on.</summary>
    private async Task ResumeAsync(ValueTask<FlushResult> flush)
    {
        await flush.ConfigureAwait(false);
        lock (_gate)
        {
            _core.ResumeReading(Now);
            Settle();
        }

        _transport.Resume();
    }

    private async Task RunAsync()
    {
        try
        {
            await _protocol.Handler(_face).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            Fail(thrown);
        }

        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
    }

    private void Fail(Exception thrown)
    {
        lock (_gate)
        {
            if (IsOver || (thrown is OperationCanceledException && _core.IsEnding))
            {
                return;
            }

            _fault = thrown;
        }

        _settings.Metrics.Failed(Role);
        SessionLog.HandlerFailed(_settings.Logger, _transport.RemoteEndPoint, thrown);
    }
}
