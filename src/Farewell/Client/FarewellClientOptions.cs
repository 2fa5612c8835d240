using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Protocol.Sessions;
using Microsoft.Extensions.Logging;

namespace Farewell;

/// <summary>How a client dials, what it does with what comes, and how it leaves. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed class FarewellClientOptions
{
    /// <summary>How long connecting may take, the exchange of Hellos included; more than zero. Default 15 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Makes a connected socket, if it takes more than dialling: from another address, through a proxy, in another network namespace. Null: the client dials.</summary>
    public Func<EndPoint, CancellationToken, ValueTask<Socket>>? Dial { get; set; }

    /// <summary>The server's name, certificates and versions, if the session runs in TLS; null: in the clear.</summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>What is done with messages and asks of the server. Null (the default): asks are refused, and messages wait for <see cref="FarewellSession.ReadAllAsync"/>.</summary>
    public MessageHandler? Handler { get; set; }

    /// <summary>Around the handler, the first outermost.</summary>
    public IList<SessionFilter> Filters { get; } = [];

    /// <summary>The protocol's limits.</summary>
    public SessionLimits Limits { get; set; } = SessionLimits.Leaver;

    /// <summary>What carries the connection. Default: event loops on Linux, which all clients of the process share, .NET's own sockets elsewhere.</summary>
    public Carrier Carrier { get; set; }

    /// <summary>Where handlers begin. Default: where their message was read, which costs nothing, and which they must not block.</summary>
    public HandlerThread HandlerThread { get; set; }

    /// <summary>Handlers running at a time, beside those of nested asks. Default 1: in order. Without a <see cref="Handler"/> it is always 1.</summary>
    public int Handlers { get; set; } = 1;

    /// <summary>What happens when the send queue is full. Default: the sender waits.</summary>
    public FullQueue FullQueue { get; set; }

    /// <summary>How the client ends TCP once it may. Default: a FIN, while there are ports enough.</summary>
    public Departure Departure { get; set; } = Departure.Auto;

    /// <summary>Who chooses when <see cref="Departure"/> is auto; null: one for the process.</summary>
    public DepartureChooser? Departures { get; set; }

    /// <summary>Where to log; null is nowhere.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>Whose meter counts, as in a generic host; null is a meter of the process's own. Either is called <c>Farewell</c>.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of the range it documents.</exception>
    public void Validate()
    {
        Limits.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Handlers, 1);
        CarrierChoice.Check(Carrier, Clock);
    }
}
