using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What the application or the carrier could do here instead, tried on a copy.</summary>
internal sealed partial class Hostile
{
    /// <summary>The carrier reads nothing for as long as anything can happen: no Ping is sent, and the session does not end for it.</summary>
    private void Pause()
    {
        var paused = Clone();
        if (_session.State != SessionState.Open || IsHindered)
        {
            return;
        }

        paused._paused = true;
        paused._session.PauseReading();
        for (var ticks = 0; ticks < 10 && paused._session is { State: SessionState.Open, NextDeadline: var next } && next < Closing.Never; ticks++)
        {
            paused._now = Closing.Max(paused._now, next);
            paused.Tick();
            paused.Settle();
            Unless(!paused._said.Contains((byte)FrameType.Ping), "no Ping is sent while reading is paused", $"{paused._session.State}");
        }

        Unless(paused._session.State == SessionState.Open, "a session whose reading is paused does not end for it", $"{paused._session.State}, {paused._session.Cause}");
    }

    /// <summary>A message whose handler returns before an earlier one's does not count as handled until that one's has returned.</summary>
    private void CheckGap()
    {
        if (_messages - _handled < 2)
        {
            return;
        }

        var session = _session.Clone();
        var owed = session.OwesReport;
        Unless(session.Handled(_handled + 2, _now) && session.OwesReport == owed, "handled has no gap", $"message {_handled + 2} counts before {_handled + 1}");
        Unless(session.Handled(_handled + 1, _now) && !session.Handled(_handled + 2, _now), "a message is handled once", $"{_handled + 2}");

        var late = _session.Clone();
        late.Handled(_handled + 1, _now);
        var due = late.Due(Deadline.Confirm);
        late.Handled(_handled + 2, _now + _limits.Confirm / 2);
        Unless(late.HasOutput || late.Due(Deadline.Confirm) <= due, "a further message does not put the report off", $"from {due} to {late.Due(Deadline.Confirm)}");
    }

    /// <summary>What is above the peer's largest payload is never accepted, whatever the state.</summary>
    private void CheckLargest()
    {
        var (session, payload) = (_session.Clone(), new byte[Scenario.Short.Largest + 1]);
        var isRefused = session.Send(payload, _now, out _) != SendStatus.Accepted && session.Ask(payload, _now, out _) != SendStatus.Accepted
            && session.Ask(payload, _now, out _, nested: true) != SendStatus.Accepted && !_asks.Exists(ask => session.Answer(ask.Number, payload, _now) == ReplyStatus.Accepted);
        Unless(isRefused, "no payload above the peer's largest is accepted", $"{_session.State}");
    }
}
