using System.Buffers;

namespace Farewell.Sessions;

/// <summary>From the machine to the transport. Everything here runs under the lock.</summary>
internal sealed partial class SessionDriver
{
    private const int SmallOutput = 4 * 1024;
    private const int LargeOutput = 64 * 1024;

    // Headers and fields of what goes out beside a payload.
    private const int Overhead = 128;

    private byte[]? _output;
    private int _outputStart;
    private int _outputEnd;
    private bool _isSending;

    /// <summary>Whether this thread is in the middle of taking events: what it says goes out together, at the end.</summary>
    private bool IsInTurn => _drainer == Environment.CurrentManagedThreadId;

    /// <summary>Gives the transport what the machine has to say, in as few sends as there is room for, and lets no buffer of a caller be held.</summary>
    private void Pump(TimeSpan now, bool later = false)
    {
        while (!_isSending && _core.HasOutput)
        {
            _output ??= ArrayPool<byte>.Shared.Rent(_core.PayloadToWrite > SmallOutput - Overhead ? LargeOutput : SmallOutput);
            var count = _core.Write(_output.AsSpan(_outputEnd), now);
            _outputEnd += count;
            if (count == 0 || _core.HasOutput)
            {
                Flush(now);
            }
        }

        if (!later)
        {
            Flush(now);
        }

        if (_core.HoldsPayloads)
        {
            _core.Retain();
        }
    }

    private void Flush(TimeSpan now)
    {
        if (_isSending || _outputEnd == 0)
        {
            return;
        }

        var sent = _transport.Send(_output.AsMemory(0, _outputEnd));
        _core.Sent(sent, now);
        _settings.Metrics.Octets(isSent: true, sent);
        (_outputStart, _isSending) = (sent, sent < _outputEnd);
        ReleaseSent();
    }

    private void Take(int count)
    {
        _core.Sent(count, Now);
        _settings.Metrics.Octets(isSent: true, count);
        _outputStart += count;
        _isSending = _outputStart < _outputEnd;
        ReleaseSent();
    }

    private void ReleaseSent()
    {
        if (!_isSending)
        {
            ReleaseOutput();
        }
    }

    private void ReleaseOutput()
    {
        if (_output is { } output)
        {
            // What the transport still reads from is nobody else's.
            if (!_isSending)
            {
                ArrayPool<byte>.Shared.Return(output);
            }

            (_output, _outputStart, _outputEnd, _isSending) = (null, 0, 0, false);
        }
    }
}
