using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>What must come of a peer that takes an octet now and then, always in time for the stall limit.</summary>
internal sealed partial class Hostile
{
    private static readonly SessionState[] Closes = [SessionState.Dismissing, SessionState.Finishing, SessionState.Parting, SessionState.Leaving, SessionState.Dismissed];

    /// <summary>Makes a choice while a long message is being taken octet by octet, and checks that a close ends all the same.</summary>
    public void CheckDripped(int choice)
    {
        _dripping = true;
        _session.Send(new byte[900], _now, out _);
        Settle();
        if (!Closes.Contains(_session.State))
        {
            if (choice < Frames)
            {
                Feed(Frame(choice));
                Settle();
            }
            else
            {
                Step(choice - Frames);
            }
        }

        var (began, dripped) = (_now, _now);
        var bound = _session.Role == Role.Stayer ? _limits.Hard + 2 * _limits.Parting : _limits.Hard;
        while (Closes.Contains(_session.State))
        {
            var drip = dripped + _limits.Stall * 0.9;
            _now = Closing.Max(_now, Closing.Min(_session.NextDeadline, drip));
            Unless(_now - began <= bound, "a close ends however slowly the peer reads", $"{_session.State} after {_now - began}");
            if (_now >= drip)
            {
                Accept(_session.HasUnsent ? 1 : 0);
                dripped = _now;
            }

            Tick();
            Settle();
        }
    }
}
