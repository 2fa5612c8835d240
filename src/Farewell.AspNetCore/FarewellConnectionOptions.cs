using Farewell.Protocol.Sessions;
using Microsoft.AspNetCore.Connections;

namespace Farewell.AspNetCore;

/// <summary>How sessions on a Kestrel endpoint behave. Every default's reason stands in <c>docs/defaults.md</c>.</summary>
public sealed class FarewellConnectionOptions
{
    /// <summary>The protocol's limits: handshake, idle, ping, stall, grace, sizes, queues.</summary>
    public SessionLimits Limits { get; set; } = SessionLimits.Stayer;

    /// <summary>Handlers running at a time in one session, beside those of nested asks. Default 1: in order.</summary>
    public int Handlers { get; set; } = 1;

    /// <summary>Octets that may wait in each direction of a connection of another protocol before its peer, or its handler, has to wait; 1 or more. Default 64 KiB.</summary>
    public int ProtocolBuffer { get; set; } = 64 * 1024;

    /// <summary>What happens when a session's send queue is full. Default: the sender waits.</summary>
    public FullQueue FullQueue { get; set; }

    /// <summary>The age at which a session is dismissed, give or take 10 % so that clients do not all return at once; null is never. Default never.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>What a client that is dismissed at a stop is told about when to return: drawn evenly from 0 to this. Default 5 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether to answer the FIN that follows Goodbye with a reset, so that a TCP proxy in between keeps no TIME_WAIT. Default no.</summary>
    public bool ResetAfterGoodbye { get; set; }

    /// <summary>Around every handler, the first outermost.</summary>
    public IList<SessionFilter> Filters { get; } = [];

    /// <summary>Called as each session begins, before anything is read: the place to keep what the connection's features say, its client certificate for example, in <see cref="FarewellSession.UserState"/>.</summary>
    public Action<FarewellSession, ConnectionContext>? Beginning { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">Something is out of its range.</exception>
    internal void Validate()
    {
        Limits.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Handlers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ProtocolBuffer, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryAfter, TimeSpan.Zero);
        if (MaxAge is { } age)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero, nameof(MaxAge));
        }
    }
}
