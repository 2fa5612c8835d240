using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Sessions;

/// <summary>
/// One side of a session, sans I/O: <c>docs/protocol.md</c>. It takes received bytes, calls of the application and the time; it gives events, bytes to
/// send, the next deadline, and at last a disposition of the connection. One thread at a time.
/// <para>
/// A carrier does, after whatever happened: <see cref="Read"/> until it answers false; <see cref="Write"/> while <see cref="HasOutput"/>, telling
/// <see cref="Sent"/>; obey <see cref="Disposition"/>; call <see cref="Tick"/> at <see cref="NextDeadline"/>.
/// Times are distances from any fixed origin on a clock that never goes back.
/// </para>
/// </summary>
public sealed partial class Session
{
    private readonly SessionLimits _limits;
    private Closing _closing;
    private Inbound? _inbound;
    private Outbox? _outbox;
    private Announced? _peer;

    /// <summary>Begins one side of a session.</summary>
    /// <param name="role">This side's role.</param>
    /// <param name="speaksFirst">Whether its Hello goes out at once (the dialler's) or after the peer's was read (the acceptor's).</param>
    /// <param name="limits">Its numbers; null for the role's defaults.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public Session(Role role, bool speaksFirst, SessionLimits? limits, TimeSpan now)
        : this(role, speaksFirst, limits ?? (role == Role.Stayer ? SessionLimits.Stayer : SessionLimits.Leaver), now, RuleBook.Of(role)) =>
        _limits.Validate();

    internal Session(Role role, bool speaksFirst, SessionLimits limits, TimeSpan now, RuleBook rules)
    {
        _limits = limits;
        _closing = new Closing(role, rules, now + limits.Handshake);
        _lastHeard = _lastMessage = _calledAt = now;
        _helloPending = speaksFirst;
    }

    /// <summary>This side's role.</summary>
    public Role Role => _closing.Role;

    /// <summary>The state of the machine.</summary>
    public SessionState State => _closing.State;

    /// <summary>How the session ended.</summary>
    public Cause Cause => _closing.Cause;

    /// <summary>Which violation, when <see cref="Cause"/> is <see cref="Cause.Violation"/> or <see cref="Cause.ToldViolation"/>.</summary>
    public Violation What => _closing.What != Violation.None ? _closing.What : _told;

    /// <summary>What the carrier is to do with the connection. What <see cref="Write"/> still gives is to be sent before a close or departure.</summary>
    public Disposition Disposition => _closing.Disposition;

    /// <summary>What the peer announced; null before its Hello was read.</summary>
    public Hello? Peer => _peer?.Hello;

    /// <summary>The version spoken; 0 before the peer's Hello was read.</summary>
    public byte Version { get; private set; }

    /// <summary>The longest round trip measured, by the times that the carrier gave; zero if none was.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>What became of this side's messages, so far.</summary>
    public Tally Tally => new(_delivered, _messagesBegun - _delivered, _messagesAccepted - _messagesBegun);

    /// <summary>The cost of messages and asks that wait here for credit or the transport, in bytes.</summary>
    public long Queued => _outbox?.Queued ?? 0;

    /// <summary>Whether a message that was <see cref="SendStatus.Full"/> may be tried again.</summary>
    public bool HasRoom => Queued < _limits.Queue;

    /// <summary>The largest payload that the peer accepts, in bytes; 960 until its Hello was read.</summary>
    public int LargestToSend => _peer?.Largest ?? (int)Hello.EarlyLargest;

    /// <summary>Asks of the peer in hand: handed out and not replied to.</summary>
    public int AsksInHand => _asksIn?.Count ?? 0;

    /// <summary>Asks of the peer refused as not begun, by the application or by the session.</summary>
    public long AsksRefused => _rare?.AsksRefused ?? 0;

    /// <summary>Own asks without reply.</summary>
    public int AsksOpen => (_asksOut?.Count ?? 0) + (NestedOut?.Count ?? 0);

    /// <summary>Own asks whose outcome is unknown and that <see cref="Read"/> has still to tell; 0 while the session goes on.</summary>
    public int AsksUnknown => _closing.IsOver ? CountUnknown(_asksOut) + CountUnknown(NestedOut) + (Answering != 0 ? 1 : 0) : 0;

    /// <summary>Takes the next event out of the session, taking from the input what that needs.</summary>
    /// <param name="input">What has been received and not taken; advanced. Payloads are slices of it where they can be, so it must stay unchanged until the answer is false.</param>
    /// <param name="now">The time.</param>
    /// <param name="happened">What happened.</param>
    /// <returns>Whether anything happened; if not, all input was taken.</returns>
    public bool Read(ref ReadOnlyMemory<byte> input, TimeSpan now, out SessionEvent happened)
    {
        if (!input.IsEmpty && !_closing.IsOver)
        {
            Alive(now);
        }

        while (!TakePending(out happened))
        {
            if (!Step(ref input, now, ref happened))
            {
                _inbound = _inbound?.Rest();
                Tidy(now);
                return false;
            }

            if (happened.Kind == SessionEventKind.None)
            {
                continue;
            }

            if (_pending == Pending.None)
            {
                break;
            }

            // What the same frame told by the way comes first.
            Inbound.Held = happened;
        }

        NoteOutput(now);
        return true;
    }

    /// <summary>The peer's FIN was read. Events may follow: <see cref="Read"/> with no input.</summary>
    public void EndOfStream(TimeSpan now)
    {
        _closing.EndOfStream(_anyByte);
        Tidy(now);
    }

    /// <summary>The connection was reset by the peer or on the path. Events may follow: <see cref="Read"/> with no input.</summary>
    public void ConnectionReset(TimeSpan now)
    {
        _closing.ConnectionReset(_anyByte);
        Tidy(now);
    }

    /// <summary>The transport gave the connection up, since what comes cannot be trusted: it is to be reset. Events may follow: <see cref="Read"/> with no input.</summary>
    public void ConnectionBroken(TimeSpan now)
    {
        _closing.ConnectionBroken();
        Tidy(now);
    }
}
