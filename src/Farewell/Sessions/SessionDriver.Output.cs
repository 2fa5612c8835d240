using System.Buffers;

namespace Farewell.Sessions;

/// <summary>From the machine to the transport. Everything here runs under the lock.</summary>
internal sealed partial class SessionDriver
{
    /// <summary>Whether this thread is in the middle of taking events: what it says goes out together, at the end.</summary>
    private bool IsInTurn => _drainer == Environment.CurrentManagedThreadId;

    /// <summary>Gives the transport what the machine has to say, in as few sends as there is room for, and lets no buffer of a caller be held.</summary>
    private void Pump(TimeSpan now, bool later = false)
    {
        for (var isMore = _core.HasOutput; isMore && _transit is not { IsSending: true };)
        {
            var transit = _transit ??= Transit.Rent();
            transit.OutputEnd += _core.Write(transit.RoomFor(_core.PayloadToWrite), now);
            isMore = _core.HasOutput;
            if (isMore)
            {
                Flush(now);
                isMore = _core.HasOutput;
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

    /// <summary>Where a payload may be written at once; nothing if the transport has not taken what it was given.</summary>
    private Span<byte> RoomFor(int length)
    {
        var transit = _transit ??= Transit.Rent();
        return transit.IsSending ? default : transit.RoomFor(length);
    }

    /// <summary>Notes what was written where there was room, nothing perhaps.</summary>
    private void Wrote(int count)
    {
        var transit = _transit!;
        transit.OutputEnd += count;
        if (transit.OutputEnd == 0)
        {
            ReleaseOutput();
        }
    }

    private void Flush(TimeSpan now)
    {
        if (_transit is not { IsSending: false, OutputEnd: > 0 } transit)
        {
            return;
        }

        var sent = _transport.Send(transit.Output.AsMemory(0, transit.OutputEnd));
        _core.Sent(sent, now);
        _settings.Metrics.Octets(isSent: true, sent);
        (transit.OutputStart, transit.IsSending) = (sent, sent < transit.OutputEnd);
        ReleaseSent();
    }

    private void Take(int count)
    {
        _core.Sent(count, Now);
        _settings.Metrics.Octets(isSent: true, count);
        if (_transit is { } transit)
        {
            transit.OutputStart += count;
            transit.IsSending = transit.OutputStart < transit.OutputEnd;
            ReleaseSent();
        }
    }

    private void ReleaseSent()
    {
        if (_transit is { IsSending: false })
        {
            ReleaseOutput();
        }
    }

    private void ReleaseOutput()
    {
        if (_transit is { Output: { } output } transit)
        {
            // What the transport still reads from is nobody else's.
            if (!transit.IsSending)
            {
                ArrayPool<byte>.Shared.Return(output);
            }

            (transit.Output, transit.OutputStart, transit.OutputEnd, transit.IsSending) = (null, 0, 0, false);
            _transit = transit.Rest();
        }
    }
}
