using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies;

/// <summary>What a peer's socket showed at the end.</summary>
public enum PeerSaw
{
    /// <summary>Nothing that it was asked for: it did not read on, or its code does not tell.</summary>
    Unknown,

    /// <summary>The end of the stream.</summary>
    EndOfStream,

    /// <summary>A reset.</summary>
    Reset,

    /// <summary>A send that failed because the connection was shut down (EPIPE).</summary>
    BrokenPipe,

    /// <summary>A connect that was refused.</summary>
    Refused,

    /// <summary>A time-out.</summary>
    TimedOut,
}

/// <summary>How one connection of a strategy ended; local is the client.</summary>
/// <param name="ClosedFirst">Who closed first.</param>
/// <param name="How">How it ended.</param>
/// <param name="TimeWait">Who is left holding TIME-WAIT.</param>
/// <param name="PeerSaw">What the side that did not do the ending saw.</param>
public readonly record struct Outcome(ClosedFirst ClosedFirst, How How, TimeWaitHolder TimeWait, PeerSaw PeerSaw)
{
    /// <summary>The server closed first and holds TIME-WAIT; the peer read to the end.</summary>
    public static Outcome ServerHeld => new(ClosedFirst.Remote, How.Orderly, TimeWaitHolder.Remote, PeerSaw.EndOfStream);

    /// <summary>The client closed first and holds TIME-WAIT; the peer read to the end.</summary>
    public static Outcome ClientHeld => new(ClosedFirst.Local, How.Orderly, TimeWaitHolder.Local, PeerSaw.EndOfStream);

    /// <summary>A reset before any FIN, and the peer was told of it.</summary>
    public static Outcome Aborted => new(ClosedFirst.None, How.Reset, TimeWaitHolder.None, PeerSaw.Reset);

    /// <summary>The server's FIN, then a reset: nobody holds TIME-WAIT, and the peer read to the end.</summary>
    public static Outcome ServerFinThenReset => new(ClosedFirst.Remote, How.Reset, TimeWaitHolder.None, PeerSaw.EndOfStream);

    /// <summary>The client's FIN, then a reset: nobody holds TIME-WAIT, and the peer read to the end.</summary>
    public static Outcome ClientFinThenReset => new(ClosedFirst.Local, How.Reset, TimeWaitHolder.None, PeerSaw.EndOfStream);
}
