using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Tcp;

namespace Farewell.Tool.Watch;

/// <summary>The flows between two readings, a second.</summary>
/// <param name="At">When.</param>
/// <param name="TimeWait">TIME-WAITs there are.</param>
/// <param name="Begun">TIME-WAITs begun.</param>
/// <param name="Gone">TIME-WAITs over.</param>
/// <param name="Dialled">Connections dialled.</param>
/// <param name="Accepted">Connections that came in.</param>
/// <param name="ClosedByPeer">Connections that the other side closed first; what is left when the rest is subtracted.</param>
/// <param name="Reset">Connections reset by either side.</param>
internal sealed record Flow(
    DateTimeOffset At, int TimeWait, double Begun, double Gone, double Dialled, double Accepted, double ClosedByPeer, double Reset);

/// <summary>What the view remembers: the last minutes of flows, and of the ports in use towards each destination.</summary>
internal sealed class WatchHistory
{
    /// <summary>How many readings are remembered: ten minutes of one a second.</summary>
    public const int Length = 600;

    private readonly Queue<Flow> _flows = new(Length);
    private readonly Dictionary<(Endpoint, Endpoint), Queue<int>> _inUse = [];

    public IReadOnlyCollection<Flow> Flows => _flows;

    public Flow? Last { get; private set; }

    public void Add(MachineReading reading)
    {
        var present = reading.States[TcpState.TimeWait];
        var counted = reading.Counted;
        if (counted is not null && Last is not null && reading.Interval > TimeSpan.Zero)
        {
            var seconds = reading.Interval.TotalSeconds;
            var begun = (counted.TimeWaits ?? 0) / seconds;
            var reset = (counted.ConnectionsReset ?? 0) / seconds;
            var opened = ((counted.Dialled ?? 0) - (counted.FailedAttempts ?? 0) + (counted.Accepted ?? 0)) / seconds;
            var ended = opened - ((counted.OpenNow ?? 0) / seconds);
            Keep(new(reading.At, present, begun, Math.Max(0, begun - ((present - Last.TimeWait) / seconds)), (counted.Dialled ?? 0) / seconds,
                (counted.Accepted ?? 0) / seconds, Math.Max(0, ended - begun - reset), reset));
        }
        else
        {
            Keep(new(reading.At, present, 0, 0, 0, 0, 0, 0));
        }

        foreach (var budget in reading.Budgets)
        {
            var key = (budget.Source, budget.Destination);
            if (!_inUse.TryGetValue(key, out var used))
            {
                if (_inUse.Count > Length)
                {
                    _inUse.Clear();
                }

                _inUse[key] = used = new(Length);
            }

            used.Enqueue(budget.InUse);
            if (used.Count > Length)
            {
                used.Dequeue();
            }
        }
    }

    public IReadOnlyCollection<int> InUse(PortBudget budget) => _inUse.TryGetValue((budget.Source, budget.Destination), out var used) ? used : [];

    private void Keep(Flow flow)
    {
        Last = flow;
        _flows.Enqueue(flow);
        if (_flows.Count > Length)
        {
            _flows.Dequeue();
        }
    }
}
