using Farewell.Protocol;

namespace Farewell.Server;

/// <summary>Counts what a stop comes to, session by session.</summary>
internal sealed class StopTally
{
    private readonly Lock _gate = new();
    private int _left;
    private int _reset;
    private int _lost;
    private long _refused;
    private long _unconfirmed;
    private long _notSent;

    public void Add(SessionReport report)
    {
        lock (_gate)
        {
            _ = report.Cause switch
            {
                Cause.Left or Cause.Released => _left++,
                Cause.Truncated or Cause.PeerReset or Cause.Probe => _lost++,
                _ => _reset++,
            };
            _refused += report.AsksRefused;
            _unconfirmed += report.Messages.Unconfirmed;
            _notSent += report.Messages.NotSent;
        }
    }

    public StopReport ToReport(int drained, TimeSpan took)
    {
        lock (_gate)
        {
            return new StopReport
            {
                Sessions = Math.Max(0, _left + _reset + _lost - drained),
                Drained = drained,
                Left = _left,
                Reset = _reset,
                Lost = _lost,
                AsksRefused = _refused,
                Unconfirmed = _unconfirmed,
                NotSent = _notSent,
                Took = took,
            };
        }
    }
}
