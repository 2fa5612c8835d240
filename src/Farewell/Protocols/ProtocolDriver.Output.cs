using System.Buffers;
using Farewell.Protocol;
using Farewell.Sessions;
using Farewell.Sockets;

namespace Farewell.Protocols;

/// <summary>From the handler and the machine to the transport, and to the end.</summary>
internal sealed partial class ProtocolDriver
{
    // What IClosingManner.Say is promised.
    private const int LongestWord = 256;

    private readonly SemaphoreSlim _drained = new(0);
    private readonly EndingTrace _trace = new();
    private ReadOnlySequence<byte> _batch;
    private SequencePosition _next;
    private byte[]? _word;
    private int _unsent;
    private bool _isBatchOpen;
    private bool _isLastBatch;
    private bool _isFinished;
    private bool _isEndTold;
    private bool _isAtEnd;
    private bool _isConcluded;

    public override void Sent(int count) => Do(count, static (driver, count) =>
    {
        driver._settings.Metrics.Octets(isSent: true, count);
        driver._core.Sent(count, driver.Now);
        driver._unsent -= count;
    });

    /// <summary>Takes what the handler has flushed, batch by batch, until it says no more or it is too late.</summary>
    private async Task SendAllAsync()
    {
        var reader = _output.Reader;
        while (true)
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            bool isTooLate;
            lock (_gate)
            {
                (_batch, _next, _isBatchOpen, _isLastBatch) = (result.Buffer, result.Buffer.Start, true, result.IsCompleted);
                Settle();
                isTooLate = IsTooLateToSend;
            }

            await _drained.WaitAsync().ConfigureAwait(false);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || isTooLate)
            {
                break;
            }
        }

        await reader.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>This side has said its last word.</summary>
    private bool IsTooLateToSend => IsOver || _core.State is SessionState.Parting or SessionState.Waiting;

    /// <summary>Under the lock, after whatever happened: sends, tells the handler, asks to be woken, or ends the connection.</summary>
    private void Settle()
    {
        Pump();
        if (_manner.Fault is { } thrown && !IsOver)
        {
            _fault ??= thrown;
            _settings.Metrics.Failed(Role);
            SessionLog.MannerFailed(_settings.Logger, _transport.RemoteEndPoint, thrown);
            _core.Abort();
        }

        if (_core.IsEnding && !_isEndTold)
        {
            _isEndTold = true;
            _ = _ending.CancelAsync();
        }

        if (IsTooLateToSend)
        {
            _output.Reader.CancelPendingRead();
        }

        if (IsOver)
        {
            Conclude();
            return;
        }

        if (_isAtEnd || _core.State is SessionState.Finishing or SessionState.Parting)
        {
            EndInput(null);
        }

        var due = _core.NextDeadline;
        due = _agesAt < due && _core.State == SessionState.Open ? _agesAt : due;
        if (due < DueAt)
        {
            _settings.Wheel.Wake(this, due);
        }
    }

    /// <summary>Sends the handler's batch, then a word if there is one to say.</summary>
    private void Pump()
    {
        while (_unsent == 0 && !IsOver)
        {
            if (_isBatchOpen && !IsTooLateToSend && _batch.TryGet(ref _next, out var piece))
            {
                if (!piece.IsEmpty)
                {
                    _core.Wrote(piece.Length, Now);
                    Send(piece);
                }
            }
            else if (_isBatchOpen)
            {
                CloseBatch();
            }
            else if (_isLastBatch && !_isFinished)
            {
                _isFinished = true;
                _core.Finish(Now);
            }
            else if (_core.HasOutput)
            {
                _word ??= new byte[LongestWord];
                if (_core.Write(_word, Now) is > 0 and var count)
                {
                    Send(_word.AsMemory(0, count));
                }
            }
            else
            {
                break;
            }
        }

        // The transport reads from the batch until it has taken the octets or is ended.
        if (_isBatchOpen && IsOver && (_unsent == 0 || _trace.IsEnded))
        {
            CloseBatch();
        }
    }

    private void CloseBatch()
    {
        (_batch, _isBatchOpen) = (default, false);
        _drained.Release();
    }

    private void Send(ReadOnlyMemory<byte> octets)
    {
        var sent = _transport.Send(octets);
        _unsent = octets.Length - sent;
        _settings.Metrics.Octets(isSent: true, sent);
        _core.Sent(sent, Now);
    }

    private void EndInput(Exception? error)
    {
        if (!_isInputDone)
        {
            _isInputDone = true;
            _input.Writer.Complete(error);
        }
    }

    private void Conclude()
    {
        if (_isConcluded)
        {
            return;
        }

        _isConcluded = true;
        _settings.Wheel.Forget(this);
        EndInput(_core.Cause is Cause.Left or Cause.Released ? null : new FarewellException($"The connection with {RemoteEndPoint} is over: {_core.Cause}."));
        _trace.End(_transport, _core.Disposition, _core.Cause, _settings);
    }

    public override void Ended(SocketEnd end)
    {
        SessionReport report;
        lock (_gate)
        {
            _trace.End(_core.Disposition == Disposition.Gone ? default : end, _settings.Wheel.Exact);
            Pump();
            report = new SessionReport
            {
                Role = _core.Role,
                Cause = _core.Cause,
                What = Violation.None,
                Ending = _trace.Judge(),
                Messages = default,
                AsksUnknown = 0,
                AsksRefused = 0,
                Received = 0,
                Duration = _settings.Wheel.Exact - _began,
                RemoteEndPoint = _transport.RemoteEndPoint,
                Fault = _fault ?? _transport.Fault,
            };
        }

        _trace.TellDeparture(_settings, _transport, end);
        _settings.Metrics.Ended(report);
        SessionLog.Ended(_settings.Logger, report);
        _settings.Watch.Ended(this, report);
        _completion.TrySetResult(report);
    }
}
