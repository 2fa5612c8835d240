using Farewell.Protocol.Rules;

namespace Farewell.Protocol;

/// <summary>
/// The steps of a close, without the words: the states of both machines, what moves between them, and the deadlines that belong to them.
/// Every closing manner goes through these steps. A value: it lies in the session whose steps they are.
/// </summary>
internal struct Closing
{
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    private ClosingTimes? _times;

    public Closing(Role role, RuleBook rules, TimeSpan handshakeAt)
    {
        (Role, Rules) = (role, rules);
        _times = handshakeAt == Never ? null : new ClosingTimes { HandshakeAt = handshakeAt };
    }

    /// <summary>What the machine goes by.</summary>
    public RuleBook Rules { get; }

    public Role Role { get; }

    public SessionState State { get; private set; }

    public Cause Cause { get; private set; }

    public Violation What { get; private set; }

    public Disposition Disposition { get; private set; }

    /// <summary>Whether everything not begun has been refused.</summary>
    public bool RefusalPassed { get; private set; }

    /// <summary>Whether Goodbye waits for nothing any more.</summary>
    public bool GracePassed { get; private set; }

    /// <summary>Whether the transport has accepted the last byte of Goodbye.</summary>
    public bool IsGoodbyeSent { get; private set; }

    /// <summary>Whether the leaver ended its direction after Done.</summary>
    public bool PeerEnded { get; private set; }

    /// <summary>Whether Done has been neither said nor read.</summary>
    public readonly bool IsBeforeDone => State is SessionState.Open or SessionState.Dismissing or SessionState.Leaving or SessionState.Dismissed;

    /// <summary>Whether the session is over, as far as this side's application goes.</summary>
    public readonly bool IsOver => Disposition != Disposition.Stay;

    private TimeSpan RefusalAt
    {
        readonly get => _times?.RefusalAt ?? Never;
        set => Times.RefusalAt = value;
    }

    private TimeSpan DueAt
    {
        readonly get => _times?.DueAt ?? Never;
        set => Times.DueAt = value;
    }

    private TimeSpan HardAt
    {
        readonly get => _times?.HardAt ?? Never;
        set => Times.HardAt = value;
    }

    private TimeSpan PartAt
    {
        readonly get => _times?.PartAt ?? Never;
        set => Times.PartAt = value;
    }

    private TimeSpan Span
    {
        readonly get => _times?.Span ?? TimeSpan.Zero;
        set => Times.Span = value;
    }

    private ClosingTimes Times => _times ??= new ClosingTimes();

    public void Open()
    {
        if (State == SessionState.Declining)
        {
            State = SessionState.Dismissing;
            return;
        }

        (State, _times) = (SessionState.Open, null);
    }

    /// <summary>A frame was written: from there the peer counts too.</summary>
    public readonly void Progress(TimeSpan now) => _times?.ProgressedAt = now;

    public void Dismiss(TimeSpan now, TimeSpan grace, TimeSpan hard)
    {
        State = State == SessionState.Greeting ? SessionState.Declining : SessionState.Dismissing;
        RefusalAt = now + grace * 0.75;
        DueAt = now + grace;
        HardAt = now + hard;
        Span = grace;
    }

    public void HearDismiss(TimeSpan now, TimeSpan grace)
    {
        State = SessionState.Dismissed;
        RefusalAt = Min(RefusalAt, now + grace * 0.75);
        DueAt = Min(DueAt, now + grace);
    }

    public void Leave(TimeSpan now, TimeSpan grace, TimeSpan hard)
    {
        State = SessionState.Leaving;
        RefusalAt = now + grace;
        DueAt = now + Max(grace, hard);
    }

    public void SayDone(TimeSpan now, TimeSpan wait, TimeSpan hard)
    {
        State = SessionState.Waiting;
        Span = wait;
        HardAt = now + hard;
        DueAt = Min(now + wait, HardAt);
    }

    public void Hear(TimeSpan now)
    {
        if (State == SessionState.Waiting)
        {
            DueAt = Min(now + Span, HardAt);
        }
    }

    /// <summary>Done was read.</summary>
    /// <param name="now">The time.</param>
    /// <param name="grace">The grace announced in Hello.</param>
    /// <param name="hard">The hard limit announced in Hello.</param>
    /// <param name="parting">How long the leaver's end may take.</param>
    /// <param name="heardDismiss">Whether the leaver says that it has read our Dismiss. If they crossed, it waits by what Hello announced, and by nothing longer.</param>
    public void HearDone(TimeSpan now, TimeSpan grace, TimeSpan hard, TimeSpan parting, bool heardDismiss)
    {
        if (State != SessionState.Dismissing || !heardDismiss)
        {
            DueAt = Min(State == SessionState.Dismissing ? DueAt : Never, now + grace);
            HardAt = Min(State == SessionState.Dismissing ? HardAt : Never, now + hard);
            Span = State == SessionState.Dismissing ? Min(Span, grace) : grace;
        }

        State = SessionState.Finishing;
        PartAt = HardAt + parting;
    }

    public void SayGoodbye()
    {
        State = SessionState.Parting;
        DueAt = Never;
    }

    /// <summary>The transport has accepted the last byte of Goodbye.</summary>
    public void GoodbyeSent(TimeSpan now, TimeSpan parting)
    {
        PartAt = now + parting;
        IsGoodbyeSent = true;
        if (PeerEnded)
        {
            End(Cause.Left, Disposition.Close);
        }
    }

    public void HearGoodbye()
    {
        State = SessionState.Released;
        Cause = Cause.Released;
        Disposition = Disposition.Depart;
    }

    public void Expel(TimeSpan now, Violation what, TimeSpan discard)
    {
        State = SessionState.Expelling;
        Cause = Cause.Violation;
        What = what;
        DueAt = now + discard;
    }

    public void Reject(Violation what)
    {
        What = what;
        End(Cause.Violation, Disposition.Reset);
    }

    public void End(Cause cause, Disposition disposition)
    {
        State = SessionState.Ended;
        Cause = cause;
        Disposition = disposition;
    }

    /// <summary>The peer's FIN: section 6.4.</summary>
    public void EndOfStream(bool anyByte)
    {
        switch (State)
        {
            case SessionState.Greeting or SessionState.Declining:
                End(anyByte || Role == Role.Leaver ? Cause.Truncated : Cause.Probe, Disposition.Close);
                break;
            case SessionState.Open or SessionState.Dismissing or SessionState.Leaving or SessionState.Dismissed or SessionState.Waiting:
                End(Cause.Truncated, Disposition.Close);
                break;
            case SessionState.Finishing:
                PeerEnded = true;
                break;
            case SessionState.Parting when !IsGoodbyeSent:
                PeerEnded = true;
                break;
            case SessionState.Parting:
                End(Cause.Left, Disposition.Close);
                break;
            case SessionState.Expelling:
                End(Cause, Disposition.Close);
                break;
        }
    }

    /// <summary>The peer's RST: section 6.4.</summary>
    public void ConnectionReset(bool anyByte)
    {
        switch (State)
        {
            case SessionState.Greeting or SessionState.Declining when !anyByte && Role == Role.Stayer:
                End(Cause.Probe, Disposition.Gone);
                break;
            case SessionState.Parting:
                End(Cause.Left, Disposition.Gone);
                break;
            case SessionState.Expelling:
                End(Cause, Disposition.Gone);
                break;
            case SessionState.Released or SessionState.Ended:
                break;
            default:
                End(Cause.PeerReset, Disposition.Gone);
                break;
        }
    }

    /// <summary>The transport gives up, and what comes cannot be trusted: section 6.4.</summary>
    public void ConnectionBroken()
    {
        switch (State)
        {
            case SessionState.Parting:
                End(Cause.Left, Disposition.Reset);
                break;
            case SessionState.Expelling:
                End(Cause, Disposition.Reset);
                break;
            case SessionState.Released or SessionState.Ended:
                break;
            default:
                End(Cause.Broken, Disposition.Reset);
                break;
        }
    }

    /// <summary>When a deadline of the close falls, or <see cref="Never"/>.</summary>
    public readonly TimeSpan Due(Deadline deadline) => deadline switch
    {
        _ when !Rules.Deadlines[State, deadline] => Never,
        Deadline.Handshake => _times?.HandshakeAt ?? Never,
        Deadline.Refusal => RefusalPassed ? Never : RefusalAt,
        Deadline.Grace => GracePassed ? Never : DueAt,
        Deadline.Parting => PartAt,
        Deadline.Goodbye or Deadline.Discard => DueAt,
        _ => Never,
    };

    /// <summary>What a deadline of the close does when it has fallen.</summary>
    /// <param name="deadline">Which.</param>
    /// <param name="now">The time.</param>
    public void Fall(Deadline deadline, TimeSpan now)
    {
        switch (deadline)
        {
            case Deadline.Handshake:
                End(Cause.HandshakeOverdue, Disposition.Reset);
                break;
            case Deadline.Refusal:
                RefusalPassed = true;
                break;
            case Deadline.Grace when State != SessionState.Finishing:
                End(Cause.GraceExpired, Disposition.Reset);
                break;
            case Deadline.Grace when ExtendedDue > now:
                DueAt = ExtendedDue;
                break;
            case Deadline.Grace:
                GracePassed = true;
                break;
            case Deadline.Goodbye:
                End(Cause.GoodbyeOverdue, Disposition.Reset);
                break;
            case Deadline.Parting:
                End(Cause.Overdue, Disposition.Reset);
                break;
            case Deadline.Discard:
                End(Cause, Disposition.Reset);
                break;
        }
    }

    /// <summary>What progress so far would extend the grace to: for the hash, in which progress that extends nothing is none.</summary>
    public readonly TimeSpan ExtendedTo(TimeSpan now) =>
        State is SessionState.Dismissing or SessionState.Finishing && !GracePassed ? Max(DueAt, ExtendedDue) : now;

    private readonly TimeSpan ExtendedDue => Min((_times?.ProgressedAt ?? TimeSpan.MinValue) + Span, HardAt);

    public readonly Closing Clone() => this with { _times = _times?.Clone() };

    public readonly void AddTo(ref StateHash hash, TimeSpan now)
    {
        hash.Add((int)State | (int)Cause << 8 | (int)What << 16 | (int)Disposition << 24);
        hash.Add((RefusalPassed ? 1 : 0) | (GracePassed ? 2 : 0) | (PeerEnded ? 4 : 0) | (IsGoodbyeSent ? 8 : 0));
        for (var deadline = Deadline.Handshake; deadline <= Deadline.Discard; deadline++)
        {
            var due = Due(deadline);
            hash.Add(due == Never ? -1 : (due - now).Ticks);
        }

        hash.Add(HardAt == Never ? -1 : (HardAt - now).Ticks);
        hash.Add(Span.Ticks);
    }

    /// <summary>A time that an application gave, cut to what the wire and the clock can hold: 1 ms to 2^32 - 2 ms.</summary>
    public static TimeSpan Clamp(TimeSpan time) => Min(Max(time, TimeSpan.FromMilliseconds(1)), TimeSpan.FromMilliseconds(uint.MaxValue - 1));

    public static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    public static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
