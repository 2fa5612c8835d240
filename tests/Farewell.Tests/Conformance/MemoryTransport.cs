using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Sockets;

namespace Farewell.Tests.Conformance;

/// <summary>One end of a connection in memory that takes and gives octets in pieces of a seeded random size, and ends like TCP.</summary>
internal sealed class MemoryTransport : Transport
{
    private const int Capacity = 6000;

    private readonly Lock _wire;
    private readonly Random _random;
    private readonly byte[] _inbox = new byte[Capacity];
    private readonly Loop _receiving;
    private readonly Loop _telling;
    private MemoryTransport _peer = null!;
    private ReadOnlyMemory<byte> _pending;
    private int _count;
    private int _sentUntold;
    private bool _started;
    private bool _paused;
    private bool _over;
    private bool _finished;
    private bool _reset;
    private SocketEndKind? _ending;
    private bool _endTold;

    private MemoryTransport(Lock wire, Random random)
    {
        (_wire, _random) = (wire, random);
        (_receiving, _telling) = (new Loop(Receive), new Loop(Tell));
    }

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public static (MemoryTransport One, MemoryTransport Other) Pair(int seed)
    {
        var (wire, random) = (new Lock(), new Random(seed));
        var (one, other) = (new MemoryTransport(wire, random), new MemoryTransport(wire, random));
        (one._peer, other._peer) = (other, one);
        return (one, other);
    }

    public override void Start()
    {
        lock (_wire)
        {
            _started = true;
        }

        _receiving.Kick();
    }

    public override void Resume()
    {
        lock (_wire)
        {
            _paused = false;
        }

        _receiving.Kick();
    }

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        lock (_wire)
        {
            if (_ending is not null || _reset || _peer._endTold)
            {
                return octets.Length;
            }

            var taken = _peer.Put(octets[.._random.Next(octets.Length + 1)]);
            _pending = octets[taken..];
            _peer._receiving.Kick();
            return taken;
        }
    }

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        lock (_wire)
        {
            if (_ending is not null)
            {
                return;
            }

            _ending = (how, departure) switch
            {
                (TransportEnd.Close, _) => SocketEndKind.Passive,
                (TransportEnd.Depart, Departure.Fin) => SocketEndKind.Orderly,
                (TransportEnd.Depart, Departure.UnheldFin) => SocketEndKind.UnheldFin,
                _ => SocketEndKind.Reset,
            };
            if (_ending == SocketEndKind.Reset)
            {
                _pending = default;
                (_peer._reset, _peer._count) = (true, 0);
            }
            else
            {
                _finished = true;
            }
        }

        _peer._receiving.Kick();
        _receiving.Kick();
        _telling.Kick();
    }

    private int Put(ReadOnlyMemory<byte> octets)
    {
        var count = Math.Min(octets.Length, Capacity - _count);
        octets.Span[..count].CopyTo(_inbox.AsSpan(_count));
        _count += count;
        return count;
    }

    /// <summary>What the peer has waiting, as far as there is room and chance has it.</summary>
    private void Refill()
    {
        if (_peer._pending.Length > 0 && Put(_peer._pending[.._random.Next(1, _peer._pending.Length + 1)]) is > 0 and var count)
        {
            _peer._pending = _peer._pending[count..];
            _peer._sentUntold += count;
            _peer._telling.Kick();
        }
    }

    private bool Receive()
    {
        byte[]? octets = null;
        lock (_wire)
        {
            Refill();
            if (_ending is not null)
            {
                return Drain();
            }

            if (!_started || _paused || _over)
            {
                return false;
            }

            if (_reset)
            {
                _over = true;
            }
            else if (_count > 0)
            {
                var count = _random.Next(1, _count + 1);
                octets = _inbox[..count];
                _inbox.AsSpan(count.._count).CopyTo(_inbox);
                _count -= count;
                _paused = true;
            }
            else if (IsAtEnd)
            {
                _over = true;
            }
            else
            {
                return false;
            }
        }

        if (octets is null)
        {
            Finish();
            return false;
        }

        if (Driver.Received(octets))
        {
            lock (_wire)
            {
                _paused = false;
            }

            return true;
        }

        // It is resumed, or was already.
        return false;
    }

    private bool IsAtEnd => _peer._finished && _peer._pending.IsEmpty;

    private void Finish()
    {
        if (_reset)
        {
            Driver.Lost(Loss.Reset);
        }
        else
        {
            Driver.EndOfStream();
        }
    }

    /// <summary>Discards what comes on the way to the peer's end.</summary>
    private bool Drain()
    {
        if (_count > 0)
        {
            _count = 0;
            return true;
        }

        _over |= _reset || IsAtEnd;
        _telling.Kick();
        return false;
    }

    private bool Tell()
    {
        int sent;
        SocketEndKind? end = null;
        lock (_wire)
        {
            (sent, _sentUntold) = (_sentUntold, 0);
            if (sent == 0 && !_endTold && _ending is { } ending && (_over || ending != SocketEndKind.Orderly))
            {
                _endTold = true;
                end = ending == SocketEndKind.Orderly && _reset ? SocketEndKind.ResetByPeerAfterFin : ending;
            }
        }

        if (sent > 0)
        {
            Driver.Sent(sent);
        }

        if (end is { } kind)
        {
            Driver.Ended(new SocketEnd(kind));
        }

        return sent > 0 || end is not null;
    }
}
