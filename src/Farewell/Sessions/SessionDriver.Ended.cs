using Farewell.Protocol;
using Farewell.Sockets;

namespace Farewell.Sessions;

/// <summary>What is told of a session: its opening, then its end, each once.</summary>
internal sealed partial class SessionDriver
{
    private bool _isOpened;
    private bool _isTellingOpened;
    private bool _isEndTold;

    /// <summary>The end may come on another thread meanwhile: it is told after the opening or instead of it, never before.</summary>
    private void TellOpened()
    {
        lock (_core)
        {
            if (_isEndTold)
            {
                return;
            }

            (_isOpened, _isTellingOpened) = (true, true);
            Settle(_rare?.Opened);
        }

        _settings.Watch.Opened(this);
        (SessionReport Report, SocketEnd End)? ended;
        lock (_core)
        {
            (_isTellingOpened, ended) = (false, _rare?.EndToTell);
        }

        if (ended is { } late)
        {
            TellEnded(late.Report, late.End);
        }
    }

    public override void Ended(SocketEnd end)
    {
        SessionReport report;
        lock (_core)
        {
            ReleaseOutput();
            var trace = Trace;
            if (_core.Disposition != Disposition.Gone || trace.IsEmpty)
            {
                trace.End(end, _settings.Wheel.Exact);
            }

            report = new SessionReport
            {
                Role = _core.Role,
                Cause = _core.Cause,
                What = _core.What,
                Ending = trace.Judge(),
                Messages = _core.Tally,
                AsksUnknown = (_rare?.AsksUnknown ?? 0) + _core.AsksUnknown,
                AsksRefused = _core.AsksRefused,
                Received = _received,
                Duration = _settings.Wheel.Exact - _began,
                RemoteEndPoint = _transport.RemoteEndPoint,
                Fault = _rare?.Fault ?? _transport.Fault,
            };
            _isEndTold = true;
            if (_isTellingOpened)
            {
                Made.EndToTell = (report, end);
                return;
            }
        }

        TellEnded(report, end);
    }

    private void TellEnded(SessionReport report, SocketEnd end)
    {
        _rare!.Trace!.TellDeparture(_settings, _transport, end);
        _settings.Metrics.Ended(report);
        _settings.Metrics.Refused(RefusedReason.Ending, report.AsksRefused - (_rare?.RefusedByHandlers ?? 0));
        SessionLog.Ended(_settings.Logger, report);
        _settings.Watch.Ended(this, report);
        lock (_core)
        {
            Made.Report = report;
            Settle(Made.Opened);
            Made.Completion?.TrySetResult(report);
        }
    }
}
