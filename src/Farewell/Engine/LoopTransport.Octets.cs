using System.Runtime.InteropServices;
using Farewell.Linux;

namespace Farewell.Engine;

/// <summary>Octets in and out.</summary>
internal sealed partial class LoopTransport
{
    private bool _isPaused;

    // Behind what a receive gave may be more, which nothing will tell: to be read to the end.
    private bool _mayBeMore;
    private bool _isAtEnd;

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        lock (this)
        {
            if (_isEnding)
            {
                return octets.Length;
            }

            var sent = TrySend(octets.Span);
            if (sent < 0)
            {
                // What is sent to a lost connection counts as gone.
                FailSend(-sent);
                return octets.Length;
            }

            if (sent < octets.Length)
            {
                Made.Rest = octets[sent..];
            }

            return sent;
        }
    }

    /// <summary>There is room again for what did not go at once.</summary>
    private void SendRest()
    {
        var sent = 0;
        lock (this)
        {
            if (_rare is not { Rest.IsEmpty: false } rare || _isEnding)
            {
                return;
            }

            sent = TrySend(rare.Rest.Span);
            if (sent < 0)
            {
                rare.Rest = default;
                FailSend(-sent);
                return;
            }

            rare.Rest = rare.Rest[sent..];
        }

        if (sent > 0)
        {
            Driver.Sent(sent);
        }
    }

    /// <returns>How much the kernel took; 0 if there is no room; an errno, negative.</returns>
    private int TrySend(ReadOnlySpan<byte> octets)
    {
        while (true)
        {
            var sent = Libc.Send(_descriptor, octets, (nuint)octets.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            if (sent >= 0)
            {
                return (int)sent;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    break;
                case Libc.EAGAIN:
                    return 0;
                case var errno:
                    return -errno;
            }
        }
    }

    /// <summary>
    /// Under the lock. The kernel tells a loss once, here or to a receive; what came before it is still to be read. So the receive tells it at its end, and only behind the end of the stream nobody would.
    /// </summary>
    private void FailSend(int errno)
    {
        Made.SendError = errno;
        if (_isAtEnd)
        {
            _loop.Post(this, LoopCall.Lose);
        }
    }

    /// <summary>At most one buffer full, and what ends the stream behind it; more waits until others had their turn.</summary>
    private void Receive()
    {
        while (!_isPaused && !_isAtEnd)
        {
            var count = TryReceive();
            if (count <= 0)
            {
                Finish(-count);
                return;
            }

            // The driver may have this receiver resumed before its answer arrives here: that is posted, and comes after.
            _isPaused = !Driver.Received(_loop.Buffer.AsMemory(0, count));
            if (count == _loop.Buffer.Length)
            {
                _loop.GoOnLater(this);
                return;
            }

            if (!_mayBeMore)
            {
                return;
            }
        }
    }

    /// <returns>How much came; 0 at the end of the stream; an errno, negative.</returns>
    private int TryReceive()
    {
        lock (this)
        {
            while (true)
            {
                if (_isEnding)
                {
                    return -Libc.EAGAIN;
                }

                var count = Libc.Receive(_descriptor, _loop.Buffer, (nuint)_loop.Buffer.Length, Libc.MSG_DONTWAIT);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() is not Libc.EINTR and var errno)
                {
                    return -errno;
                }
            }
        }
    }

    private void Finish(int errno)
    {
        if (errno == Libc.EAGAIN)
        {
            _mayBeMore = false;
            return;
        }

        lock (this)
        {
            errno = errno == 0 ? _rare?.SendError ?? 0 : errno;
            _isAtEnd = true;
        }

        if (errno == 0)
        {
            Driver.EndOfStream();
        }
        else
        {
            Lose(errno);
        }
    }

    /// <summary>Tells a loss, unless the connection is being ended.</summary>
    /// <param name="errno">Why; 0 for what a send was told.</param>
    private void Lose(int errno)
    {
        lock (this)
        {
            if (_isEnding)
            {
                return;
            }

            errno = errno == 0 ? _rare?.SendError ?? 0 : errno;
        }

        Driver.Lost(LossOf(errno));
    }
}
