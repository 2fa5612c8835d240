using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Captures.Linux;

namespace Farewell.Captures.Live;

/// <summary>A running capture: gives every packet that passes its filter to a handler, on a thread of its own.</summary>
/// <remarks>
/// <para>The capture sees the network namespace of the thread that calls <see cref="Start"/>, whatever thread anything runs on afterwards;
/// to capture in another namespace, enter it on that thread first.</para>
/// <para>Times are the kernel's, in nanoseconds. Each loopback packet is delivered once. A capture on all interfaces sees a packet once per
/// interface it crosses: twice where a bridge, a VLAN, or both ends of a veth pair are in the namespace.</para>
/// <para>Needs CAP_NET_RAW in the namespace.</para>
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed class LiveCapture : IDisposable
{
    /// <summary>The shared memory that holds packets until they are delivered, unless told otherwise: 32 MiB.</summary>
    public const int DefaultRingOctets = 32 << 20;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    // Only a bound on how long a lost wake-up could delay; a packet or a stop wakes at once.
    private const int IdleWaitMilliseconds = 500;
    private const int DrainWaitMilliseconds = 1;
    private const int NetworkDown = 100;

    private readonly object _gate = new();
    private readonly PacketSocket _socket;
    private readonly PacketHandler _handler;
    private readonly Thread _thread;
    private long _passed;
    private long _dropped;
    private long _delivered;
    private long _drainTo = long.MaxValue;
    private bool _stopping;
    private bool _finished;
    private bool _closed;
    private Exception? _fault;

    private LiveCapture(PacketSocket socket, PacketHandler handler)
    {
        (_socket, _handler) = (socket, handler);
        _thread = new Thread(Run) { IsBackground = true, Name = "packet capture" };
        _thread.Start();
    }

    /// <summary>Begins a capture. When this returns, every packet from now on is captured or counted as dropped.</summary>
    /// <param name="interfaceName">The interface, or null for all that carry Ethernet or bare IP.</param>
    /// <param name="filter">Which packets to take.</param>
    /// <param name="handler">Takes each packet, on the capture's own thread and one at a time. While it is busy the ring fills. If it
    /// throws, the capture ends.</param>
    /// <param name="ringOctets">The shared memory that holds packets until they are delivered; at least 512 KiB are used.</param>
    /// <exception cref="CaptureException">It cannot begin: not permitted, no such interface, or an interface whose frames cannot be
    /// read.</exception>
    public static LiveCapture Start(string? interfaceName, CaptureFilter filter, PacketHandler handler, int ringOctets = DefaultRingOctets)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ringOctets);
        return new LiveCapture(PacketSocket.Open(interfaceName, filter, ringOctets), handler);
    }

    /// <summary>Packets that passed the filter so far, the dropped ones included.</summary>
    public long Received
    {
        get
        {
            lock (_gate)
            {
                TakeStatistics();
                return Math.Max(_passed, _delivered + _dropped);
            }
        }
    }

    /// <summary>Packets that passed the filter and were not delivered because the ring was full (or the capture failed).</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                TakeStatistics();
                return _dropped;
            }
        }
    }

    /// <summary>Packets given to the handler so far.</summary>
    public long Delivered
    {
        get
        {
            lock (_gate)
            {
                return _delivered;
            }
        }
    }

    /// <summary>Whether the interface went down during the capture, or is gone: packets may be missing that no count tells of. The capture
    /// goes on when it comes up again.</summary>
    public bool WentDown { get; private set; }

    /// <summary>Waits until every packet that the kernel had taken before the call is delivered: some 10 ms when packets are
    /// rare.</summary>
    /// <param name="limit">How long to wait at most; 5 s when null.</param>
    /// <returns>False when the time was up first.</returns>
    /// <exception cref="CaptureException">The capture has failed.</exception>
    /// <exception cref="InvalidOperationException">Called from the handler.</exception>
    public bool Flush(TimeSpan? limit = null)
    {
        RefuseOnOwnThread();
        var began = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            TakeStatistics();
            var target = _passed - _dropped;
            while (_delivered < target && !_finished)
            {
                var left = (limit ?? DrainLimit) - Stopwatch.GetElapsedTime(began);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    break;
                }
            }

            ThrowIfFailed();
            return _delivered >= target;
        }
    }

    /// <summary>
    /// Ends the capture. When this returns, every packet that the kernel had taken before the call was delivered or is counted in
    /// <see cref="Dropped"/>, and
    /// the handler is not called again. Calling it again does nothing.
    /// </summary>
    /// <exception cref="CaptureException">The capture had failed, or the handler did not return within 10 s of the call.</exception>
    /// <exception cref="InvalidOperationException">Called from the handler.</exception>
    public void Stop()
    {
        RefuseOnOwnThread();
        Close();
        lock (_gate)
        {
            ThrowIfFailed();
        }
    }

    /// <summary>Ends the capture as <see cref="Stop"/> does, but without throwing if it had failed.</summary>
    public void Dispose()
    {
        if (Thread.CurrentThread != _thread)
        {
            Close();
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                TakeStatistics();
                _drainTo = _passed - _dropped;
                _stopping = true;
                _socket.Wake();
            }
        }

        if (!_thread.Join(2 * DrainLimit))
        {
            // Its memory is still being read: rather leak it than take it away.
            lock (_gate)
            {
                _fault ??= new TimeoutException("The packet handler did not return.");
            }

            return;
        }

        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                _dropped += Math.Max(0, _drainTo - _delivered);
                _socket.Dispose();
            }
        }
    }

    private void Run()
    {
        try
        {
            Deliver();
        }
        catch (Exception error)
        {
            _fault = error;
        }

        lock (_gate)
        {
            _finished = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Deliver()
    {
        long? drainBegan = null;
        while (true)
        {
            bool stopping;
            lock (_gate)
            {
                if (_stopping && _delivered >= _drainTo)
                {
                    return;
                }

                stopping = _stopping;
            }

            if (stopping && Stopwatch.GetElapsedTime(drainBegan ??= Stopwatch.GetTimestamp()) > DrainLimit)
            {
                return;
            }

            var count = _socket.DeliverBlock(_handler);
            if (count > 0)
            {
                lock (_gate)
                {
                    _delivered += count;
                    Monitor.PulseAll(_gate);
                }
            }
            else if (_socket.Wait(stopping ? DrainWaitMilliseconds : IdleWaitMilliseconds, untilWoken: !stopping) == NetworkDown)
            {
                WentDown = true;
            }
        }
    }

    private void TakeStatistics()
    {
        // After a stop the counts stay as they were at its call, so that they speak of the packets that were delivered.
        if (!_stopping)
        {
            var (passed, dropped) = _socket.TakeStatistics();
            _passed += passed;
            _dropped += dropped;
        }
    }

    private void ThrowIfFailed()
    {
        if (_fault is not null)
        {
            throw _fault is CaptureException { Failure: var failure }
                ? new CaptureException(failure, _fault.Message, _fault)
                : new CaptureException(
                    CaptureFailure.Handler, $"The capture ended because its packet handler failed: {_fault.Message}", _fault);
        }
    }

    private void RefuseOnOwnThread()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException("A packet handler cannot wait for its own capture.");
        }
    }
}
