using System.Net;
using System.Runtime.Versioning;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Linux;
using Farewell.Tcp;

namespace Farewell.Engine;

/// <summary>
/// A connection on an event loop, by its raw descriptor. Received on the loop's thread; sent on whatever thread has something to say. Idle, it holds this object and
/// nothing else.
/// </summary>
/// <remarks>
/// Its lock is held around each call on the descriptor, so that none reaches somebody else's who got the number after a close. So an end need not wait for the loop, which a handler may be
/// blocking. The lock is the object's own: one more object for each connection would be a tenth of what an idle one may cost.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed partial class LoopTransport : Transport, ILoopEntry
{
    private readonly EventLoop _loop;
    private readonly Endpoint _remote;
    private readonly int _descriptor;
    private bool _isEnding;
    private volatile bool _isClosed;

    /// <summary>Takes a connected descriptor over, which does not block. It is served from <see cref="Start"/> on.</summary>
    /// <param name="loop">Who serves it.</param>
    /// <param name="descriptor">The connection.</param>
    /// <param name="remote">The peer's address.</param>
    public LoopTransport(EventLoop loop, int descriptor, Endpoint remote) => (_loop, _descriptor, _remote) = (loop, descriptor, remote);

    /// <summary>The own address. It is asked of the kernel when it is first wanted, which has to be before the connection is ended.</summary>
    public override EndPoint? LocalEndPoint
    {
        get
        {
            lock (this)
            {
                return _isClosed ? _rare?.Local : Local;
            }
        }
    }

    public override EndPoint? RemoteEndPoint => _remote.ToIPEndPoint();

    public override Exception? Fault
    {
        get
        {
            lock (this)
            {
                return _rare?.Fault;
            }
        }
    }

    public override void Start() => _loop.Post(this, LoopCall.Start);

    public override void Resume() => _loop.Post(this, LoopCall.Resume);

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        lock (this)
        {
            if (_isEnding)
            {
                return;
            }

            (_isEnding, Made.How, Made.Departure) = (true, how, departure);
        }

        if (_loop.IsHere)
        {
            _loop.Post(this, LoopCall.End);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static transport => transport.EndNow(), this, preferLocal: true);
        }
    }

    public void Ready(Readiness readiness)
    {
        if (_isClosed)
        {
            return;
        }

        if (Volatile.Read(ref _rare) is { } rare && Volatile.Read(ref rare.Drain) is not null)
        {
            GoOnEnding();
            return;
        }

        if ((readiness & Readiness.Output) != 0)
        {
            SendRest();
        }

        if ((readiness & (Readiness.Input | Readiness.Ending)) != 0)
        {
            _mayBeMore |= (readiness & Readiness.Ending) != 0;
            Receive();
        }
    }

    public void Called(LoopCall call)
    {
        if (_isClosed)
        {
            _loop.Release(_descriptor, this);
            return;
        }

        switch (call)
        {
            case LoopCall.Start:
                Serve();
                break;
            case LoopCall.Resume:
                // Whatever was told while nobody wanted it is told no more.
                (_isPaused, _mayBeMore) = (false, true);
                Receive();
                break;
            case LoopCall.Lose:
                Lose(0);
                break;
            case LoopCall.End:
                EndNow();
                break;
        }
    }

    private void Serve()
    {
        try
        {
            lock (this)
            {
                if (!_isClosed)
                {
                    _loop.Serve(_descriptor, this, Readiness.Input | Readiness.Output | Readiness.Ending | Readiness.Edge);
                }
            }
        }
        catch (IOException refused)
        {
            lock (this)
            {
                Made.Fault = refused;
            }

            Driver.Lost(Loss.Broken);
        }
    }

    private static Loss LossOf(int errno) => errno is Libc.ETIMEDOUT or Libc.EHOSTUNREACH or Libc.ENETUNREACH ? Loss.TimedOut : Loss.Reset;
}
