using System.Buffers;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Sessions;
using Farewell.Sockets;
using Farewell.Tcp.Endings;

namespace Farewell.Proxies;

/// <summary>
/// What drives a connection until its PROXY header has been read, bounded in octets and by the handshake's time; then the session does. Without a header there is no session, and an ending that says why.
/// </summary>
internal sealed class ProxyPrelude : Driver
{
    private readonly Lock _gate = new();
    private readonly Transport _transport;
    private readonly SessionSettings _settings;
    private readonly Func<Transport, Driver> _begin;
    private readonly ArrayBufferWriter<byte> _seen = new(128);
    private readonly EndingTrace _trace = new();
    private readonly TimeSpan _began;
    private (DismissReason Reason, TimeSpan? Grace, TimeSpan? RetryAfter, TimeSpan? Hard)? _dismissal;
    private Driver? _session;
    private Cause _cause;

    /// <summary>A prelude.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="settings">The session's: its time for a handshake, and who is told of an ending.</param>
    /// <param name="begin">Makes the session, and has it known.</param>
    public ProxyPrelude(Transport transport, SessionSettings settings, Func<Transport, Driver> begin)
    {
        (_transport, _settings, _begin) = (transport, settings, begin);
        _began = settings.Wheel.Exact;
        transport.Driver = this;
    }

    public override void Start()
    {
        _settings.Wheel.Wake(this, _began + _settings.Limits.Handshake);
        _transport.Start();
    }

    /// <summary>Nothing can be said before the header: the session says it, if there will be one.</summary>
    public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
    {
        lock (_gate)
        {
            if (_session is null)
            {
                _dismissal = (reason, grace, retryAfter, hard);
                return;
            }
        }

        _session.Dismiss(reason, grace, retryAfter, hard);
    }

    public override void Abort()
    {
        lock (_gate)
        {
            if (_session is null)
            {
                End(Cause.Aborted);
                return;
            }
        }

        _session.Abort();
    }

    public override void Tick()
    {
        lock (_gate)
        {
            End(Cause.HandshakeOverdue);
        }
    }

    public override bool Received(ReadOnlyMemory<byte> octets)
    {
        lock (_gate)
        {
            _seen.Write(octets.Span);
            var reading = ProxyProtocol.Read(_seen.WrittenSpan);
            if (reading.IsIncomplete || _cause != Cause.None)
            {
                return true;
            }

            if (reading.Error != ProxyError.None)
            {
                SessionLog.NoProxyHeader(_settings.Logger, _transport.RemoteEndPoint, reading.Error);
                End(Cause.Violation);
                return true;
            }

            _settings.Wheel.Forget(this);
            _session = _begin(new ProxiedTransport(_transport, reading.Header.Tuple, _seen.WrittenMemory[reading.Consumed..]));
        }

        if (_dismissal is { } dismissal)
        {
            _session.Dismiss(dismissal.Reason, dismissal.Grace, dismissal.RetryAfter, dismissal.Hard);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static session => session.Start(), _session, preferLocal: true);
        return false;
    }

    public override void EndOfStream()
    {
        lock (_gate)
        {
            _trace.Note(CloseEventKind.EndOfStream, _settings.Wheel.Exact);
            End(_seen.WrittenCount == 0 ? Cause.Probe : Cause.Truncated, TransportEnd.Close);
        }
    }

    public override void Lost(Loss how)
    {
        lock (_gate)
        {
            _trace.Note(how, _settings.Wheel.Exact);
            End(_seen.WrittenCount == 0 ? Cause.Probe : Cause.PeerReset, TransportEnd.Release);
        }
    }

    public override void Sent(int count)
    {
    }

    public override void Ended(SocketEnd end)
    {
        _trace.End(_cause == Cause.PeerReset ? default : end, _settings.Wheel.Exact);
        var report = new SessionReport
        {
            Role = Role.Stayer,
            Cause = _cause,
            What = _cause == Cause.Violation ? Violation.Foreign : Violation.None,
            Ending = _trace.Judge(),
            Messages = default,
            AsksUnknown = 0,
            AsksRefused = 0,
            Received = 0,
            Duration = _settings.Wheel.Exact - _began,
            RemoteEndPoint = _transport.RemoteEndPoint,
        };
        _settings.Metrics.Began(Role.Stayer);
        _settings.Metrics.Ended(report);
        SessionLog.Ended(_settings.Logger, report);
        _settings.Watch.Ended(this, report);
    }

    private void End(Cause cause, TransportEnd how = TransportEnd.Reset)
    {
        if (_cause == Cause.None && _session is null)
        {
            _cause = cause;
            _settings.Wheel.Forget(this);
            _transport.End(how);
        }
    }
}
