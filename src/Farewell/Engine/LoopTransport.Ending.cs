using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Engine;

/// <summary>The end.</summary>
internal sealed partial class LoopTransport
{
    private void EndNow()
    {
        SocketEnd end;
        lock (this)
        {
            var rare = Made;
            if (rare.How == TransportEnd.Depart)
            {
                _ = Local;
            }

            rare.Rest = default;
            end = rare.How switch
            {
                TransportEnd.Reset or TransportEnd.Release => EndSocket.Abort(_descriptor),
                TransportEnd.Close => Close(),
                _ when rare.Departure == Departure.Reset => EndSocket.Abort(_descriptor),
                _ when rare.Departure == Departure.UnheldFin => EndSocket.UnheldFin(_descriptor),
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
        var drain = new LoopDrain(this, EndSocket.BeginOrderly(_descriptor, _loop.Patience.Octets, deadline.Ticks));
        Volatile.Write(ref Made.Drain, drain);
        _loop.Wheel.Wake(drain, deadline);
    }

    private void GoOnEnding()
    {
        SocketEnd end;
        LoopDrain drain;
        lock (this)
        {
            if (_isClosed)
            {
                return;
            }

            drain = _rare!.Drain!;
            end = EndSocket.ContinueOrderly(ref drain.State, _loop.Wheel.Now.Ticks);
            _isClosed = end.Kind != SocketEndKind.None;
        }

        if (end.Kind != SocketEndKind.None)
        {
            _loop.Wheel.Forget(drain);
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
