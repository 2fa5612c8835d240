using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Farewell.Listening;
using Farewell.Protocol.Sessions;
using Microsoft.Extensions.Logging;

namespace Farewell;

/// <summary>How a server listens, what it allows, and how it stops. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed class FarewellServerOptions
{
    /// <summary>Where to listen; port 0 lets the kernel choose. Default: any address, port 0. Not used with <see cref="Listener"/>.</summary>
    public IPEndPoint EndPoint { get; set; } = new(IPAddress.IPv6Any, 0);

    /// <summary>A listener that somebody else opened, an inherited one for example; the server owns it from its start on. Null: it opens its own.</summary>
    public Socket? Listener { get; set; }

    /// <summary>Backlog, and what a killed process does to its connections.</summary>
    public ListenOptions Listen { get; set; } = new();

    /// <summary>The certificate, client certificates and versions, if sessions run in TLS; null: in the clear.</summary>
    public SslServerAuthenticationOptions? Tls { get; set; }

    /// <summary>The protocol's limits: handshake, idle, ping, stall, grace, sizes, queues.</summary>
    public SessionLimits Limits { get; set; } = SessionLimits.Stayer;

    /// <summary>Open sessions. One more is told to come back later. Default 10,000.</summary>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>Connections beyond <see cref="MaxSessions"/> that may linger while they are told so; one more is reset. Default 256.</summary>
    public int MaxTurnedAway { get; set; } = 256;

    /// <summary>How long a connection that is turned away may take to leave. Default 2 s.</summary>
    public TimeSpan TurnAwayGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The age at which a session is dismissed, give or take 10 % so that clients do not all return at once; null is never. Default never.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>What carries the connections. Default: event loops on Linux, .NET's own sockets elsewhere.</summary>
    public Carrier Carrier { get; set; }

    /// <summary>Event loops, each a thread; 0 (the default) is one for each processor. Of no effect on another carrier.</summary>
    public int Loops { get; set; }

    /// <summary>Where handlers begin. Default: where their message was read, which costs nothing, and which they must not block.</summary>
    public HandlerThread HandlerThread { get; set; }

    /// <summary>Handlers running at a time in one session, beside those of nested asks. Default 1: in order.</summary>
    public int Handlers { get; set; } = 1;

    /// <summary>What happens when a session's send queue is full. Default: the sender waits.</summary>
    public FullQueue FullQueue { get; set; }

    /// <summary>Octets that may wait in each direction of a connection of another protocol before its peer, or its handler, has to wait; 1 or more. Default 64 KiB.</summary>
    public int ProtocolBuffer { get; set; } = 64 * 1024;

    /// <summary>What a client that is dismissed at a stop, or turned away, is told about when to return: drawn evenly from 0 to this. Default 5 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether to answer the FIN that follows Goodbye with a reset, so that a TCP proxy in between keeps no TIME_WAIT. Default no.</summary>
    public bool ResetAfterGoodbye { get; set; }

    /// <summary>Whether connections begin with a PROXY protocol header, which says where they really come from. It is given the handshake's time. Default no.</summary>
    public ProxyPolicy Proxy { get; set; }

    /// <summary>Around every handler, the first outermost.</summary>
    public IList<SessionFilter> Filters { get; } = [];

    /// <summary>Told of every session once its connection is ended, those that never opened among them. What it throws is logged, and hurts nothing.</summary>
    public Action<FarewellSession, SessionReport>? Ended { get; set; }

    /// <summary>Told of every session that opens, before its first message is handled. What it throws is logged, and hurts nothing.</summary>
    public Action<FarewellSession>? Opened { get; set; }

    /// <summary>Where to log; null is nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Whose meter counts, as in a generic host; null is a meter of the process's own. Either is called <c>Farewell</c>.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of the range it documents.</exception>
    /// <exception cref="ArgumentException"><see cref="Tls"/> and <see cref="Proxy"/> are set together.</exception>
    public void Validate()
    {
        Limits.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSessions, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxTurnedAway);
        ArgumentOutOfRangeException.ThrowIfLessThan(Handlers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ProtocolBuffer, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Loops);
        CarrierChoice.Check(Carrier, Clock);
        if (Tls is not null && Proxy == ProxyPolicy.Required)
        {
            throw new ArgumentException("A PROXY header stands in front of TLS, and is not read there yet: let the proxy end the TLS, or set Proxy to None.", nameof(Proxy));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TurnAwayGrace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryAfter, TimeSpan.Zero);
        if (MaxAge is { } age)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero, nameof(MaxAge));
        }
    }
}
