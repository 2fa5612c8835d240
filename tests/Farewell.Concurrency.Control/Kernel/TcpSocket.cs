using System.Net;

namespace Farewell.Concurrency.Control;

/// <summary>
/// A TCP socket as Linux has it behind its descriptors: what is sent is at the other end at once, who waits is told whenever it is its turn. An error is told once, to whoever asks first; after a
/// FIN octets still come, after an RST those that came before (net/ipv4/tcp.c, tcp_input.c). There is no TIME_WAIT: nobody here would see it.
/// </summary>
internal sealed class TcpSocket(MemoryNetwork network) : IPollable
{
    private readonly List<byte> _received = [];
    private readonly Queue<TcpSocket> _backlog = [];
    private TcpSocket? _peer;
    private int _error;
    private bool _finSent;
    private bool _finCame;
    private bool _isDead;
    private bool _wantsRoom;

    /// <summary>Something is ready that was not: of what kind.</summary>
    public event Action<Poll>? Changed;

    public IPEndPoint? Local { get; set; }

    public IPEndPoint? Remote { get; private set; }

    /// <summary>Descriptors of it.</summary>
    public int References { get; set; }

    /// <summary>Whether it is a listener.</summary>
    public bool IsListening { get; init; }

    /// <summary>Whether a connect is under way.</summary>
    public bool IsConnecting { get; private set; }

    /// <summary>SO_LINGER of zero: closing is an RST.</summary>
    public bool Aborts { get; set; }

    /// <summary>TCP_LINGER2 of -1: behind the FIN of a close goes an RST.</summary>
    public bool IsUnheld { get; set; }

    public bool IsClosed => References == 0;

    public bool IsConnected => _peer is not null && !_isDead;

    public bool HasBacklog => _backlog.Count > 0;

    /// <summary>As tcp_info.tcpi_state (include/net/tcp_states.h).</summary>
    public int State => _isDead || _peer is null || (_finSent && _finCame) ? 7 : _finSent ? 5 : _finCame ? 8 : 1;

    public Poll Ready
    {
        get
        {
            if (IsListening)
            {
                return HasBacklog ? Poll.In : Poll.None;
            }

            if (IsConnecting)
            {
                return Poll.None;
            }

            return (_received.Count > 0 || _finCame || _isDead ? Poll.In : Poll.None)
                | (_finCame || _isDead ? Poll.ReadHangUp : Poll.None)
                | (_isDead || _peer is null || (_finSent && _finCame) ? Poll.HangUp : Poll.None)
                | (_error != 0 ? Poll.Error : Poll.None)
                | (HasRoom ? Poll.Out : Poll.None);
        }
    }

    private bool HasRoom => _isDead || _finSent || _peer is null || Room > 0;

    private int Room => network.Capacity - _peer!._received.Count;

    /// <summary>tcp_poll asks to be told of room if there is none.</summary>
    public void NoteTold() => _wantsRoom |= !IsListening && !IsConnecting && !HasRoom;

    /// <summary>Joins the two ends of a connection.</summary>
    public void Join(TcpSocket other, IPEndPoint mine, IPEndPoint theirs)
    {
        (_peer, other._peer) = (other, this);
        (Local, Remote) = (mine, theirs);
        (other.Local, other.Remote) = (theirs, mine);
    }

    /// <summary>Connects; the handshake takes as long as it likes, or no time.</summary>
    /// <returns>0, or an errno: <see cref="Errno.InProgress"/> if it is under way.</returns>
    public int Connect(IPEndPoint to)
    {
        if (network.Run.Random.Next(4) == 0)
        {
            return network.TryConnect(this, to) ? 0 : Errno.ConnectionRefused;
        }

        IsConnecting = true;
        network.Run.Begin("handshake", () =>
        {
            IsConnecting = false;
            if (!IsClosed && !network.TryConnect(this, to))
            {
                (_error, _isDead) = (Errno.ConnectionRefused, true);
            }

            Tell(Poll.In | Poll.Out);
        });
        return Errno.InProgress;
    }

    public void Arrive(TcpSocket connection)
    {
        _backlog.Enqueue(connection);
        Tell(Poll.In);
    }

    public bool TryAccept(out TcpSocket connection) => _backlog.TryDequeue(out connection!);

    /// <returns>How many octets; 0 at the end of the stream; an errno, negative.</returns>
    public int Receive(Span<byte> into, bool peeks)
    {
        if (_received.Count > 0)
        {
            var count = Math.Min(into.Length, _received.Count);
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received)[..count].CopyTo(into);
            if (!peeks)
            {
                _received.RemoveRange(0, count);
                _peer!.TellRoom();
            }

            return count;
        }

        // SOCK_DONE goes before the error.
        return _finCame ? 0 : _error != 0 ? -TakeError() : _isDead ? 0 : _peer is null ? -Errno.NotConnected : -Errno.Again;
    }

    /// <returns>How many octets were taken; an errno, negative.</returns>
    public int Send(ReadOnlySpan<byte> octets)
    {
        if (_error != 0)
        {
            return -TakeError();
        }

        if (_isDead || _finSent || _peer is null)
        {
            return -Errno.BrokenPipe;
        }

        if (_peer.IsClosed)
        {
            // Nobody is there any more: an RST comes back.
            Reset();
            return octets.Length;
        }

        var room = Math.Min(Room, octets.Length);
        if (room <= 0)
        {
            _wantsRoom = true;
            return -Errno.Again;
        }

        var count = network.Run.Random.Next(4) == 0 ? network.Run.Random.Next(1, room + 1) : room;
        foreach (var octet in octets[..count])
        {
            _peer._received.Add(octet);
        }

        if (count < octets.Length)
        {
            // What is on its way takes room too, until it is acknowledged.
            _wantsRoom = true;
            network.Run.Begin("acknowledgement", TellRoom);
        }

        _peer.Tell(Poll.In);
        return count;
    }

    /// <returns>0, or an errno.</returns>
    public int ShutdownSend()
    {
        if (_peer is null || _isDead)
        {
            return Errno.NotConnected;
        }

        if (!_finSent)
        {
            _finSent = true;
            if (!_peer.IsClosed)
            {
                _peer._finCame = true;
                _peer.Tell(Poll.In);
            }
        }

        return 0;
    }

    public int TakeError()
    {
        var error = _error;
        _error = 0;
        return error;
    }

    /// <summary>The last descriptor is gone.</summary>
    public void Close()
    {
        if (IsListening)
        {
            network.Forget(this);
            while (_backlog.TryDequeue(out var never))
            {
                (never.Aborts, never.References) = (true, 0);
                never.Close();
            }
        }
        else if (_peer is { IsClosed: false } peer && !_isDead)
        {
            if (Aborts || _received.Count > 0)
            {
                peer.Reset();
            }
            else
            {
                _ = ShutdownSend();
                if (IsUnheld)
                {
                    peer.Reset();
                }
            }
        }
    }

    /// <summary>Tells the errors of a connection that is gone by them: tcp_reset.</summary>
    private void Reset()
    {
        if (!_isDead)
        {
            (_isDead, _error) = (true, _finCame ? Errno.BrokenPipe : Errno.ConnectionReset);
            Tell(Poll.In | Poll.Out);
        }
    }

    private void TellRoom()
    {
        // Nobody is told of room who did not lack it (sk_write_space).
        if (_wantsRoom && !IsClosed && (_isDead || Room > 0))
        {
            _wantsRoom = false;
            Tell(Poll.Out);
        }
    }

    private void Tell(Poll what) => Changed?.Invoke(what);
}
