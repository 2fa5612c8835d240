using Farewell.Protocol;
using Farewell.Sockets;
using Farewell.Tcp.Endings;

namespace Farewell.Sessions;

/// <summary>What is told of a session: its opening, then its end, each once.</summary>
internal sealed partial class SessionDriver
{
    private bool _isTellingOpened;
    private bool _isEndTold;
    private (SessionReport Report, SocketEnd End)? _endToTell;

    /// <summary>The end may come on another thread meanwhile: it is told after the opening or instead of it, never before.</summary>
    private void TellOpened()
    {
        lock (_core)
        {
            if (_isEndTold)
            {
                return;
            }

            _isTellingOpened = true;
        }

        _opened.TrySetResult();
        _settings.Watch.Opened(this);
        (SessionReport Report, SocketEnd End)? ended;
        lock (_core)
        {
            (_isTellingOpened, ended) = (false, _endToTell);
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
            if (_core.Disposition != Disposition.Gone || _evidence is null)
            {
                (_evidence ??= []).AddRange(end.Evidence(Now));
            }

            report = new SessionReport
            {
                Role = _core.Role,
                Cause = _core.Cause,
                What = _core.What,
                Ending = EndingJudge.Judge([.. _evidence], Vantage.Library),
                Messages = _core.Tally,
                AsksUnknown = _asksUnknown + _core.AsksUnknown,
                AsksRefused = _core.AsksRefused,
                Received = _received,
                Duration = Now - _began,
                RemoteEndPoint = _transport.RemoteEndPoint,
                Fault = _fault ?? _transport.Fault,
            };
            _isEndTold = true;
            if (_isTellingOpened)
            {
                _endToTell = (report, end);
                return;
            }
        }

        TellEnded(report, end);
    }

    private void TellEnded(SessionReport report, SocketEnd end)
    {
        if (_departed is { } departed && Tuple is { } tuple)
        {
            _settings.Departures!.Ended(tuple, departed, end);
        }

        _settings.Metrics.Ended(report);
        _settings.Metrics.Refused(RefusedReason.Ending, report.AsksRefused - _refusedByHandlers);
        SessionLog.Ended(_settings.Logger, report);
        _settings.Watch.Ended(this, report);
        _opened.TrySetException(new FarewellException(report, _dismissal));
        _ = _opened.Task.Exception;
        _completion.TrySetResult(report);
    }
}
