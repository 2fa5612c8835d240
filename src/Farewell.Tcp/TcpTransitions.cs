using System.Collections.Frozen;
using static Farewell.Tcp.TcpEvent;
using static Farewell.Tcp.TcpReply;
using static Farewell.Tcp.TcpState;

namespace Farewell.Tcp;

/// <summary>
/// The whole state machine of RFC 9293 as data: figure 5, the calls of section 3.10 and the time-outs of 3.10.8. A pair of state and event
/// that is not listed is an error of the user, or a segment that the state drops or answers with an acknowledgement without changing.
/// A passive open that is reset in SYN-RECEIVED returns to LISTEN in the RFC (figure 5, note 1); here, as in sockets, LISTEN is the
/// listener's and the connection is closed.
/// </summary>
public static class TcpTransitions
{
    private const string Figure5 = "3.3.2 figure 5";
    private const string Close = "3.10.4";
    private const string Abort = "3.10.5";
    private const string Arrives = "3.10.7";
    private const string Timeouts = "3.10.8";

    /// <summary>Every transition, by state in the order of a connection's life.</summary>
    public static IReadOnlyList<TcpTransition> All { get; } =
    [
        new(Closed, PassiveOpen, Listen, Nothing, Figure5),
        new(Closed, ActiveOpen, SynSent, Syn, Figure5),

        new(Listen, ActiveOpen, SynSent, Syn, "3.10.1"),
        new(Listen, TcpEvent.Send, SynSent, Syn, Figure5),
        new(Listen, ReceiveSyn, SynReceived, SynAck, Figure5),
        new(Listen, TcpEvent.Close, Closed, Nothing, Close),
        new(Listen, TcpEvent.Abort, Closed, Nothing, Abort),
        new(Listen, ReceiveReset, Listen, Nothing, Arrives + ".2"),

        new(SynSent, ReceiveSynAck, Established, Ack, Figure5),
        new(SynSent, ReceiveSyn, SynReceived, SynAck, Figure5),
        new(SynSent, TcpEvent.Close, Closed, Nothing, Close),
        new(SynSent, TcpEvent.Abort, Closed, Nothing, Abort),
        new(SynSent, ReceiveReset, Closed, Nothing, Arrives + ".3"),
        new(SynSent, UserTimeout, Closed, Nothing, Timeouts),

        new(SynReceived, ReceiveAckOfSyn, Established, Nothing, Figure5),
        new(SynReceived, TcpEvent.Close, FinWait1, Fin, Figure5),
        new(SynReceived, TcpEvent.Abort, Closed, Reset, Abort),
        new(SynReceived, ReceiveFin, CloseWait, Ack, Arrives + ".4"),
        new(SynReceived, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(SynReceived, UserTimeout, Closed, Nothing, Timeouts),

        new(Established, TcpEvent.Close, FinWait1, Fin, Figure5),
        new(Established, TcpEvent.Abort, Closed, Reset, Abort),
        new(Established, ReceiveFin, CloseWait, Ack, Figure5),
        new(Established, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(Established, UserTimeout, Closed, Nothing, Timeouts),

        new(FinWait1, ReceiveAckOfFin, FinWait2, Nothing, Figure5),
        new(FinWait1, ReceiveFin, Closing, Ack, Figure5),
        new(FinWait1, ReceiveFinAndAckOfFin, TimeWait, Ack, Figure5),
        new(FinWait1, TcpEvent.Abort, Closed, Reset, Abort),
        new(FinWait1, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(FinWait1, UserTimeout, Closed, Nothing, Timeouts),

        new(FinWait2, ReceiveFin, TimeWait, Ack, Figure5),
        new(FinWait2, TcpEvent.Abort, Closed, Reset, Abort),
        new(FinWait2, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(FinWait2, UserTimeout, Closed, Nothing, Timeouts),

        new(CloseWait, TcpEvent.Close, LastAck, Fin, Figure5),
        new(CloseWait, TcpEvent.Abort, Closed, Reset, Abort),
        new(CloseWait, ReceiveFin, CloseWait, Ack, Arrives + ".4"),
        new(CloseWait, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(CloseWait, UserTimeout, Closed, Nothing, Timeouts),

        new(Closing, ReceiveAckOfFin, TimeWait, Nothing, Figure5),
        new(Closing, ReceiveFinAndAckOfFin, TimeWait, Ack, Arrives + ".4"),
        new(Closing, ReceiveFin, Closing, Ack, Arrives + ".4"),
        new(Closing, TcpEvent.Abort, Closed, Nothing, Abort),
        new(Closing, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(Closing, UserTimeout, Closed, Nothing, Timeouts),

        new(LastAck, ReceiveAckOfFin, Closed, Nothing, Figure5),
        new(LastAck, ReceiveFinAndAckOfFin, Closed, Nothing, Arrives + ".4"),
        new(LastAck, ReceiveFin, LastAck, Ack, Arrives + ".4"),
        new(LastAck, TcpEvent.Abort, Closed, Nothing, Abort),
        new(LastAck, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(LastAck, UserTimeout, Closed, Nothing, Timeouts),

        new(TimeWait, ReceiveFinAndAckOfFin, TimeWait, Ack, Arrives + ".4"),
        new(TimeWait, ReceiveFin, TimeWait, Ack, Arrives + ".4"),
        new(TimeWait, ReceiveSyn, SynReceived, SynAck, "3.6.1 MAY-2"),
        new(TimeWait, TcpEvent.Abort, Closed, Nothing, Abort),
        new(TimeWait, ReceiveReset, Closed, Nothing, Arrives + ".4"),
        new(TimeWait, TimeWaitTimeout, Closed, Nothing, Figure5),
    ];

    private static readonly FrozenDictionary<(TcpState From, TcpEvent On), TcpTransition> Index =
        All.ToFrozenDictionary(t => (t.From, t.On));

    /// <summary>The transition that <paramref name="on"/> makes in <paramref name="from"/>; null where there is none.</summary>
    public static TcpTransition? Find(TcpState from, TcpEvent on) => Index.TryGetValue((from, on), out var found) ? found : null;
}
