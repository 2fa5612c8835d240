using System.Globalization;
using System.Net;
using Farewell.Listening;
using Farewell.Protocol.Sessions;

namespace Farewell.Hosting;

/// <summary>A server as configuration describes it, by default in the section <c>Farewell:Server</c>. What is not set is the library's default (<c>docs/defaults.md</c>). Times are written <c>00:00:10</c>.</summary>
public sealed class FarewellHostOptions
{
    /// <summary>Where to listen: ADDRESS:PORT, <c>*</c> for any address, port 0 for any port. Not used where <see cref="Inherit"/> finds its listener.</summary>
    public string? Listen { get; set; }

    /// <summary>The name of a listener that systemd passes (<c>FileDescriptorName=</c> of the socket unit, which is the unit's name if nothing is set). If none has it: <see cref="Listen"/>, or no start.</summary>
    public string? Inherit { get; set; }

    /// <summary>As <see cref="ListenOptions.Backlog"/>.</summary>
    public int? Backlog { get; set; }

    /// <summary>As <see cref="ListenOptions.OnCrash"/>.</summary>
    public CrashEnding? OnCrash { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.MaxSessions"/>.</summary>
    public int? MaxSessions { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.MaxTurnedAway"/>.</summary>
    public int? MaxTurnedAway { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.TurnAwayGrace"/>.</summary>
    public TimeSpan? TurnAwayGrace { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.MaxAge"/>.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.Carrier"/>.</summary>
    public Carrier? Carrier { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.Loops"/>.</summary>
    public int? Loops { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.HandlerThread"/>.</summary>
    public HandlerThread? HandlerThread { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.Handlers"/>.</summary>
    public int? Handlers { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.FullQueue"/>.</summary>
    public FullQueue? FullQueue { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.ProtocolBuffer"/>.</summary>
    public int? ProtocolBuffer { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.RetryAfter"/>.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.ResetAfterGoodbye"/>.</summary>
    public bool? ResetAfterGoodbye { get; set; }

    /// <summary>As <see cref="FarewellServerOptions.Proxy"/>.</summary>
    public ProxyPolicy? Proxy { get; set; }

    /// <summary>The protocol's limits.</summary>
    public FarewellLimitOptions Limits { get; set; } = new();

    /// <summary>The address in <see cref="Listen"/>; null if it is none. No property, or the binder would look for it.</summary>
    internal IPEndPoint? ParseListen()
    {
        if (Listen is not { } text || text.LastIndexOf(':') is not (> 0 and var colon)
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var address = text[..colon];
        return address == "*" ? new IPEndPoint(IPAddress.IPv6Any, port)
            : IPAddress.TryParse(address, out var parsed) && address.Contains(':') == address.StartsWith('[') ? new IPEndPoint(parsed, port)
            : null;
    }

    /// <summary>What a server is started with, but for its listener.</summary>
    internal FarewellServerOptions ToServerOptions()
    {
        var defaults = new FarewellServerOptions();
        return new FarewellServerOptions
        {
            EndPoint = ParseListen() ?? defaults.EndPoint,
            Listen = new ListenOptions { Backlog = Backlog ?? defaults.Listen.Backlog, OnCrash = OnCrash ?? defaults.Listen.OnCrash },
            Limits = Limits.ToLimits(defaults.Limits),
            MaxSessions = MaxSessions ?? defaults.MaxSessions,
            MaxTurnedAway = MaxTurnedAway ?? defaults.MaxTurnedAway,
            TurnAwayGrace = TurnAwayGrace ?? defaults.TurnAwayGrace,
            MaxAge = MaxAge ?? defaults.MaxAge,
            Carrier = Carrier ?? defaults.Carrier,
            Loops = Loops ?? defaults.Loops,
            HandlerThread = HandlerThread ?? defaults.HandlerThread,
            Handlers = Handlers ?? defaults.Handlers,
            FullQueue = FullQueue ?? defaults.FullQueue,
            ProtocolBuffer = ProtocolBuffer ?? defaults.ProtocolBuffer,
            RetryAfter = RetryAfter ?? defaults.RetryAfter,
            ResetAfterGoodbye = ResetAfterGoodbye ?? defaults.ResetAfterGoodbye,
            Proxy = Proxy ?? defaults.Proxy,
        };
    }
}

/// <summary>The limits of <see cref="SessionLimits"/> that configuration may set; what is null is the default.</summary>
public sealed class FarewellLimitOptions
{
    /// <summary>As <see cref="SessionLimits.Handshake"/>.</summary>
    public TimeSpan? Handshake { get; set; }

    /// <summary>As <see cref="SessionLimits.Idle"/>; zero is never.</summary>
    public TimeSpan? Idle { get; set; }

    /// <summary>As <see cref="SessionLimits.Ping"/>; zero is never.</summary>
    public TimeSpan? Ping { get; set; }

    /// <summary>As <see cref="SessionLimits.Pong"/>.</summary>
    public TimeSpan? Pong { get; set; }

    /// <summary>As <see cref="SessionLimits.Stall"/>.</summary>
    public TimeSpan? Stall { get; set; }

    /// <summary>As <see cref="SessionLimits.Grace"/>.</summary>
    public TimeSpan? Grace { get; set; }

    /// <summary>As <see cref="SessionLimits.Hard"/>; at least the grace.</summary>
    public TimeSpan? Hard { get; set; }

    /// <summary>As <see cref="SessionLimits.Parting"/>.</summary>
    public TimeSpan? Parting { get; set; }

    /// <summary>As <see cref="SessionLimits.Largest"/>.</summary>
    public int? Largest { get; set; }

    /// <summary>As <see cref="SessionLimits.Window"/>.</summary>
    public int? Window { get; set; }

    /// <summary>As <see cref="SessionLimits.Queue"/>.</summary>
    public int? Queue { get; set; }

    /// <summary>As <see cref="SessionLimits.Nested"/>.</summary>
    public int? Nested { get; set; }

    internal SessionLimits ToLimits(SessionLimits defaults) => defaults with
    {
        Handshake = Handshake ?? defaults.Handshake,
        Idle = Idle ?? defaults.Idle,
        Ping = Ping ?? defaults.Ping,
        Pong = Pong ?? defaults.Pong,
        Stall = Stall ?? defaults.Stall,
        Grace = Grace ?? defaults.Grace,
        Hard = Hard ?? (Grace > defaults.Hard ? Grace.Value : defaults.Hard),
        Parting = Parting ?? defaults.Parting,
        Largest = Largest ?? defaults.Largest,
        Window = Window ?? defaults.Window,
        Queue = Queue ?? defaults.Queue,
        Nested = Nested ?? defaults.Nested,
    };
}
