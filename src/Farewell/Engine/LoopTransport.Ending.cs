using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Engine;

/// <summary>The end.</summary>
internal sealed partial class LoopTransport
{
    private LoopDrain? _drain;

    private void EndNow()
    {
        SocketEnd end;
        lock (this)
        {
            _local ??= _how == TransportEnd.Depart ? SocketAddress.LocalOf(_descriptor)?.ToIPEndPoint() : null;
            _rest = default;
            end = _how switch
            {
                TransportEnd.Reset or TransportEnd.Release => EndSocket.Abort(_descriptor),
                TransportEnd.Close => Close(),
                _ when _departure == Departure.Reset => EndSocket.Abort(_descriptor),
                _ when _departure == Departure.UnheldFin => EndSocket.UnheldFin(_descriptor),
                _ => default,
            };
            _isClosed = end.Kind != SocketEndKind.None;
            if (!_isClosed)
            {
                BeginOrderly();
            }
        }

        if (end.Kind != SocketEndKind.None)
        {
            Tell(end);
        }
        else
        {
            GoOnEnding();
        }
    }

    /// <summary>Under the lock.</summary>
    private void BeginOrderly()
    {
        var deadline = _loop.Wheel.Now + _loop.Patience.Time;
        Volatile.Write(ref _drain, new LoopDrain(this, EndSocket.BeginOrderly(_descriptor, _loop.Patience.Octets, deadline.Ticks)));
        _loop.Wheel.Wake(_drain!, deadline);
    }

    private void GoOnEnding()
    {
        SocketEnd end;
        lock (this)
        {
            if (_isClosed)
            {
                return;
            }

            end = EndSocket.ContinueOrderly(ref _drain!.State, _loop.Wheel.Now.Ticks);
            _isClosed = end.Kind != SocketEndKind.None;
        }

        if (end.Kind != SocketEndKind.None)
        {
            _loop.Wheel.Forget(_drain);
            Tell(end);
        }
    }

    private void Tell(SocketEnd end)
    {
        if (_loop.IsHere)
        {
            _loop.Release(_descriptor, this);
        }
        else
        {
            _loop.Post(this, LoopCall.Release);
        }

        Driver.Ended(end);
    }

    private SocketEnd Close()
    {
        try
        {
            return EndSocket.Passive(_descriptor);
        }
        catch (InvalidOperationException)
        {
            // It cannot be, and if it is, an end is owed all the same.
            return EndSocket.Abort(_descriptor);
        }
    }

    /// <summary>An orderly end under way, and its deadline.</summary>
    private sealed class LoopDrain(LoopTransport transport, OrderlyDrain state) : Scheduled
    {
        public OrderlyDrain State = state;

        public override void Tick() => transport.GoOnEnding();
    }
}
