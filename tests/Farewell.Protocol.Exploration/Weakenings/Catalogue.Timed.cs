namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>When things must have happened.</summary>
internal static partial class Catalogue
{
    private static Weakening[] Timed =>
    [
        new("progress does not extend the grace", Steps, "case Deadline.Grace when Min(progressedAt + _span, _hardAt) > now:", "case Deadline.Grace when false:"),
        new("progress extends the grace beyond the hard limit", Steps, "            case Deadline.Grace when Min(progressedAt + _span, _hardAt) > now:\n                _dueAt = Min(progressedAt + _span, _hardAt);", "            case Deadline.Grace when progressedAt + _span > now:\n                _dueAt = progressedAt + _span;"),
        new("a Dismiss that crossed Done begins a new hard limit", Steps, "_hardAt = Min(State == SessionState.Dismissing ? _hardAt : Never, now + hard);", "_hardAt = now + hard;"),
        new("a stayer that announced no hard limit extends its grace", Application, "_helloWritten || _helloPending ? Closing.Min(hard ?? _limits.Hard, _limits.Hard) : given", "Closing.Min(hard ?? _limits.Hard, _limits.Hard)"),
        new("Goodbye may take for ever to be accepted", Steps, "_partAt = _hardAt + parting;", "_partAt = Never;"),
        new("Parting has no end", Steps, "_partAt = now + parting;", "_partAt = Never;"),
        new("Leaving has no hard limit", Steps, "_dueAt = now + Max(grace, hard);", "_dueAt = Never;"),
        new("Dismissed has no limit of its own", Steps, "_dueAt = Min(_dueAt, now + grace);", ""),
        new("a second Dismiss moves the limit on", Steps, "_dueAt = Min(_dueAt, now + grace);", "_dueAt = now + grace;"),
        new("a second Dismiss moves the refusal point on", Steps, "_refusalAt = Min(_refusalAt, now + grace * 0.75);", "_refusalAt = now + grace * 0.75;"),
        new("Dismiss does not bring the refusal point nearer", Steps, "_refusalAt = Min(_refusalAt, now + grace * 0.75);", "_refusalAt = Min(_refusalAt, now + grace);"),
        new("the stayer refuses only at the end of the grace", Steps, "        _refusalAt = now + grace * 0.75;\n        _dueAt = now + grace;", "        _refusalAt = now + grace;\n        _dueAt = now + grace;"),
        new("bytes keep Waiting alive beyond the hard limit", Steps, "            _dueAt = Min(now + _span, _hardAt);\n        }", "            _dueAt = now + _span;\n        }"),
        new("bytes do not keep Waiting alive", Steps, "if (State == SessionState.Waiting)", "if (false)"),
        new("announced times are believed", Taking, "Closing.Min(TimeSpan.FromMilliseconds(milliseconds), _limits.Patience)", "TimeSpan.FromMilliseconds(milliseconds)"),
        new("Waiting is not given two round trips", Writing, "Closing.Max(grace, _dismissGrace) + twice, ", "Closing.Max(grace, _dismissGrace), "),
        new("round trips are not measured", Taking, "        NoteRoundTrip(now - _pingAt);\n", ""),
        new("each write begins the stall limit anew", Deadlines, "pending && !_wasPending ? now : _stallSince", "pending ? now : _stallSince"),
        new("nothing accepted is progress to the stall limit", Writing, "_stallSince = count > 0 ? now : _stallSince;", "_stallSince = now;"),
        new("what is accepted is no progress to the stall limit", Writing, "_stallSince = count > 0 ? now : _stallSince;", ""),
        new("bytes received are no life", Deadlines, "        _lastHeard = now;\n        _closing.Hear(now);", "        _closing.Hear(now);"),
        new("messages do not begin idle anew", Taking, "        _lastMessage = now;\n        if (!TryGather(header, ref body))", "        if (!TryGather(header, ref body))"),
        new("confirm waits anew with every message", Application, "_unreportedSince = unreported ? _unreportedSince : now;", "_unreportedSince = now;"),
        new("idle runs while a reply is owed", Deadlines, "_limits.Idle > TimeSpan.Zero && !IsSuspended", "_limits.Idle > TimeSpan.Zero"),
        new("ping stops while the reply to an own ask is awaited", Deadlines, "_paused || (IsSuspended && _asksOut is not { Written: > 0 } && _nestedOut is not { Written: > 0 } && _answering == 0)", "IsSuspended"),
        new("ping runs while reading is paused", Deadlines, "_paused || (IsSuspended && _asksOut is not { Written: > 0 } && _nestedOut is not { Written: > 0 } && _answering == 0)", "(IsSuspended && _asksOut is not { Written: > 0 } && _nestedOut is not { Written: > 0 } && _answering == 0)"),
        new("the peer's end in Finishing ends the session", Steps, "            case SessionState.Finishing:\n                PeerEnded = true;\n                break;\n", "            case SessionState.Finishing:\n                End(Cause.Left, Disposition.Close);\n                break;\n"),
        new("an end before Done is taken for a close", Steps, "                End(Cause.Truncated, Disposition.Close);\n                break;\n            case SessionState.Finishing:", "                End(Cause.Left, Disposition.Close);\n                break;\n            case SessionState.Finishing:"),
        new("the stayer closes with its Goodbye", Steps, "        if (PeerEnded)\n", "        if (true)\n"),
    ];
}
