namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>When things must have happened.</summary>
internal static partial class Catalogue
{
    private static Weakening[] Timed =>
    [
        new("progress does not extend the grace", Steps, "case Deadline.Grace when ExtendedDue > now:", "case Deadline.Grace when false:"),
        new("progress extends the grace beyond the hard limit", Steps, "Min((_times?.ProgressedAt ?? TimeSpan.MinValue) + Span, HardAt);", "(_times?.ProgressedAt ?? TimeSpan.MinValue) + Span;"),
        new("a Dismiss that crossed Done begins a new hard limit", Steps, "HardAt = Min(State == SessionState.Dismissing ? HardAt : Never, now + hard);", "HardAt = now + hard;"),
        new("a stayer that announced no hard limit extends its grace", Application, "_helloWritten || _helloPending ? Closing.Min(hard ?? _limits.Hard, _limits.Hard) : given", "Closing.Min(hard ?? _limits.Hard, _limits.Hard)"),
        new("Goodbye may take for ever to be accepted", Steps, "PartAt = HardAt + parting;", "PartAt = Never;"),
        new("Parting has no end", Steps, "PartAt = now + parting;", "PartAt = Never;"),
        new("Leaving has no hard limit", Steps, "DueAt = now + Max(grace, hard);", "DueAt = Never;"),
        new("Dismissed has no limit of its own", Steps, "DueAt = Min(DueAt, now + grace);", ""),
        new("a second Dismiss moves the limit on", Steps, "DueAt = Min(DueAt, now + grace);", "DueAt = now + grace;"),
        new("a second Dismiss moves the refusal point on", Steps, "RefusalAt = Min(RefusalAt, now + grace * 0.75);", "RefusalAt = now + grace * 0.75;"),
        new("Dismiss does not bring the refusal point nearer", Steps, "RefusalAt = Min(RefusalAt, now + grace * 0.75);", "RefusalAt = Min(RefusalAt, now + grace);"),
        new("the stayer refuses only at the end of the grace", Steps, "        RefusalAt = now + grace * 0.75;\n        DueAt = now + grace;", "        RefusalAt = now + grace;\n        DueAt = now + grace;"),
        new("bytes keep Waiting alive beyond the hard limit", Steps, "            DueAt = Min(now + Span, HardAt);\n        }", "            DueAt = now + Span;\n        }"),
        new("bytes do not keep Waiting alive", Steps, "if (State == SessionState.Waiting)", "if (false)"),
        new("announced times are believed", Taking, "Closing.Min(TimeSpan.FromMilliseconds(milliseconds), _limits.Patience)", "TimeSpan.FromMilliseconds(milliseconds)"),
        new("Waiting is not given two round trips", Writing, "Closing.Max(grace, DismissGrace) + twice, ", "Closing.Max(grace, DismissGrace), "),
        new("round trips are not measured", Taking, "_pingOpen = false;\n        NoteRoundTrip(now - _calledAt);\n", "_pingOpen = false;\n"),
        new("each write begins the stall limit anew", Waiting, "(IsPending ? StallSince : now, true)", "(now, true)"),
        new("nothing accepted is progress to the stall limit", Waiting, "StallSince = count > 0 ? now : StallSince;", "StallSince = now;"),
        new("what is accepted is no progress to the stall limit", Waiting, "StallSince = count > 0 ? now : StallSince;", ""),
        new("bytes received are no life", Deadlines, "        _lastHeard = now;\n        _closing.Hear(now);", "        _closing.Hear(now);"),
        new("messages do not begin idle anew", Taking, "        _lastMessage = now;\n        if (!inbound.TryGather(header, ref body))", "        if (!inbound.TryGather(header, ref body))"),
        new("confirm waits anew with every message", Handled, "UnreportedSince = HasUnreported ? UnreportedSince : now;", "UnreportedSince = now;"),
        new("idle runs while a reply is owed", Deadlines, "_limits.Idle > TimeSpan.Zero && !IsSuspended", "_limits.Idle > TimeSpan.Zero"),
        new("ping stops while the reply to an own ask is awaited", Deadlines, "_paused || (IsSuspended && _asksOut is not { Written: > 0 } && NestedOut is not { Written: > 0 } && Answering == 0)", "IsSuspended"),
        new("ping runs while reading is paused", Deadlines, "_paused || (IsSuspended && _asksOut is not { Written: > 0 } && NestedOut is not { Written: > 0 } && Answering == 0)", "(IsSuspended && _asksOut is not { Written: > 0 } && NestedOut is not { Written: > 0 } && Answering == 0)"),
        new("the peer's end in Finishing ends the session", Steps, "            case SessionState.Finishing:\n                PeerEnded = true;\n                break;\n", "            case SessionState.Finishing:\n                End(Cause.Left, Disposition.Close);\n                break;\n"),
        new("an end before Done is taken for a close", Steps, "                End(Cause.Truncated, Disposition.Close);\n                break;\n            case SessionState.Finishing:", "                End(Cause.Left, Disposition.Close);\n                break;\n            case SessionState.Finishing:"),
        new("the stayer closes with its Goodbye", Steps, "        if (PeerEnded)\n", "        if (true)\n"),
    ];
}
