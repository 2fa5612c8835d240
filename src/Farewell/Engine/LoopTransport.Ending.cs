using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Engine;

/// <summary>The end. It is the loop's: a descriptor is closed on its thread only, between turns.</summary>
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
        }

        if (_isClosed)
        {
            Tell(end);
            return;
        }

        var deadline = _wheel.Now + Patience.Time;
        _drain = new LoopDrain(this, _loop, EndSocket.BeginOrderly(_descriptor, Patience.Octets, deadline.Ticks));
        _wheel.Wake(_drain, deadline);
        GoOnEnding(_wheel.Now);
    }

    private void GoOnEnding(TimeSpan now)
    {
        if (_drain is not { } drain)
        {
            return;
        }

        SocketEnd end;
        lock (this)
        {
            end = EndSocket.ContinueOrderly(ref drain.State, now.Ticks);
            _isClosed = end.Kind != SocketEndKind.None;
        }

        if (_isClosed)
        {
            _drain = null;
            _wheel.Forget(drain);
            Tell(end);
        }
    }

    private void Tell(SocketEnd end)
    {
        _loop.Release(_descriptor);
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
    private sealed class LoopDrain(LoopTransport transport, EventLoop loop, OrderlyDrain state) : Scheduled
    {
        public OrderlyDrain State = state;

        public override void Tick() => loop.Post(transport, LoopCall.Deadline);
    }
}
