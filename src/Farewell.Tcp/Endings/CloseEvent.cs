namespace Farewell.Tcp.Endings;

/// <summary>What kind of evidence a <see cref="CloseEvent"/> is.</summary>
public enum CloseEventKind : byte
{
    /// <summary>A segment was seen, sent by <see cref="CloseEvent.By"/>.</summary>
    Segment,

    /// <summary>The socket of <see cref="CloseEvent.By"/> was connected or accepted.</summary>
    Opened,

    /// <summary>The application of <see cref="CloseEvent.By"/> asked for an orderly end: shutdown of sending, or a close that sends a FIN.</summary>
    Closed,

    /// <summary>The application of <see cref="CloseEvent.By"/> asked for an abort: a close with linger 0.</summary>
    Aborted,

    /// <summary>The socket of <see cref="CloseEvent.By"/> read the end of the stream: the other side's FIN arrived.</summary>
    EndOfStream,

    /// <summary>The socket of <see cref="CloseEvent.By"/> was told that the connection was reset.</summary>
    ResetSeen,

    /// <summary>The connect of <see cref="CloseEvent.By"/> was refused.</summary>
    Refused,

    /// <summary>The socket of <see cref="CloseEvent.By"/> was told that the other side did not answer in time.</summary>
    TimedOut,

    /// <summary>The kernel of <see cref="CloseEvent.By"/> showed the connection in <see cref="CloseEvent.State"/>; Closed means it showed none. Look once the ending has settled and before a TIME-WAIT could have expired.</summary>
    State,

    /// <summary>The kernel of <see cref="CloseEvent.By"/> kept no TIME-WAIT because its limit was reached.</summary>
    Overflow,

    /// <summary>A new connection began on the same four-tuple.</summary>
    Reopened,
}

/// <summary>One piece of evidence about how a connection ends: a segment, or something a socket or kernel reported.</summary>
/// <param name="At">When, on the vantage's clock, from any fixed origin.</param>
/// <param name="By">Whose segment, socket or kernel.</param>
/// <param name="Kind">What kind of evidence.</param>
/// <param name="Segment">The segment, for <see cref="CloseEventKind.Segment"/>.</param>
/// <param name="State">The state shown, for <see cref="CloseEventKind.State"/>.</param>
public readonly record struct CloseEvent(TimeSpan At, Side By, CloseEventKind Kind, Segment Segment = default, TcpState State = TcpState.Closed)
{
    /// <summary>A segment that <paramref name="by"/> sent.</summary>
    public static CloseEvent Of(TimeSpan at, Side by, Segment segment) => new(at, by, CloseEventKind.Segment, segment);

    /// <summary>A state that the kernel of <paramref name="by"/> showed.</summary>
    public static CloseEvent Of(TimeSpan at, Side by, TcpState state) => new(at, by, CloseEventKind.State, State: state);

    /// <summary>The same evidence seen from the other side.</summary>
    public CloseEvent Swap() => this with { By = By.Other() };

    /// <summary>The evidence in a line, for example <c>local F. seq 17 ack 4 len 0</c>.</summary>
    public override string ToString() => Kind switch
    {
        CloseEventKind.Segment => $"{Name} {Segment}",
        CloseEventKind.State => $"{Name} kernel shows {State}",
        _ => $"{Name} {Kind}",
    };

    private string Name => By == Side.Local ? "local" : "remote";
}
