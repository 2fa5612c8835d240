using System.Net;
using System.Net.Sockets;

namespace Farewell.Concurrency.Control;

/// <summary>
/// Stands in for <see cref="System.Net.Sockets.Socket"/>: one end of a connection in memory that takes and gives octets in pieces of any size, tells completions when it likes, and ends as TCP
/// does. What it does is done at once, as a system call is; before each is a point.
/// </summary>
public sealed class Socket : IDisposable
{
    private readonly MemoryNetwork _network;
    private readonly List<byte> _received = [];
    private readonly Queue<Socket> _backlog = [];
    private Socket? _peer;
    private SocketAsyncEventArgs? _receiving;
    private SocketAsyncEventArgs? _sending;
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _arrived;
    private bool _finSent;
    private bool _finCame;
    private bool _resetCame;
    private bool _wasLocal;

    public Socket(AddressFamily addressFamily, SocketType socketType, ProtocolType protocolType)
        : this(MemoryNetwork.Here)
    {
    }

    public Socket(SocketType socketType, ProtocolType protocolType)
        : this(MemoryNetwork.Here)
    {
    }

    internal Socket(MemoryNetwork network) => _network = network;

    public EndPoint? LocalEndPoint { get; internal set; }

    public EndPoint? RemoteEndPoint { get; private set; }

    public bool Blocking { get; set; } = true;

    public bool NoDelay { get; set; }

    public Handle SafeHandle { get; }

    /// <summary>Whether this end was closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether the connection was reset from the other end.</summary>
    public bool IsReset => _resetCame;

    /// <summary>Whether the other end's FIN was read, or waits to be.</summary>
    public bool IsAtEnd => _finCame && _received.Count == 0;

    private int Room => _network.Capacity - _peer!._received.Count;

    public ValueTask ConnectAsync(EndPoint remoteEP, CancellationToken cancellationToken)
    {
        Run.Point("Socket.ConnectAsync");
        cancellationToken.ThrowIfCancellationRequested();
        return _network.TryConnect(this, (IPEndPoint)remoteEP) ? default : throw new SocketException((int)SocketError.ConnectionRefused);
    }

    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Run.Point("Socket.AcceptAsync");
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfClosed();
            if (_backlog.TryDequeue(out var socket))
            {
                return socket;
            }

            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _arrived.Task.WaitControlledAsync(cancellationToken);
        }
    }

    public Socket Accept()
    {
        Run.Point("Socket.Accept");
        ThrowIfClosed();
        return _backlog.TryDequeue(out var socket) ? socket : throw new SocketException((int)SocketError.WouldBlock);
    }

    public int Send(ReadOnlySpan<byte> buffer, SocketFlags socketFlags, out SocketError errorCode)
    {
        ThrowIfClosed();
        var sent = Give(buffer, out errorCode);
        return errorCode == SocketError.Success ? sent : -1;
    }

    /// <returns>Whether it is under way; if not, it is done.</returns>
    public bool SendAsync(SocketAsyncEventArgs e)
    {
        ArgumentNullException.ThrowIfNull(e);
        Run.Point("Socket.SendAsync");
        ThrowIfClosed();
        if (TrySend(e))
        {
            return false;
        }

        _sending = e;
        e.Begun();
        return true;
    }

    /// <returns>Whether it is under way; if not, it is done.</returns>
    public bool ReceiveAsync(SocketAsyncEventArgs e)
    {
        ArgumentNullException.ThrowIfNull(e);
        Run.Point("Socket.ReceiveAsync");
        ThrowIfClosed();
        if (_network.Run.Random.Next(2) == 0 && TryReceive(e))
        {
            return false;
        }

        (_receiving is null).OrThrow("two receives at a time");
        _receiving = e;
        e.Begun();
        Stir();
        return true;
    }

    /// <summary>Reads and discards until the other end's FIN; how many octets came.</summary>
    /// <exception cref="SocketException">It was reset.</exception>
    public async Task<long> DrainAsync(CancellationToken cancellation)
    {
        var discarded = 0L;
        while (true)
        {
            Run.Point("Socket.DrainAsync");
            (_receiving is null).OrThrow("a receive of the transport's is pending at the drain");
            discarded += _received.Count;
            _received.Clear();
            _peer!.Stir();
            if (_resetCame)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            if (_finCame)
            {
                return discarded;
            }

            _readable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _readable.Task.WaitControlledAsync(cancellation);
        }
    }

    /// <summary>Sends a FIN.</summary>
    public void ShutdownSend()
    {
        if (!_finSent)
        {
            (_finSent, _peer!._finCame) = (true, true);
            _peer.Stir();
        }
    }

    /// <summary>Closes; sends an RST if asked to, or if anything lies unread.</summary>
    public void Close(bool abortive)
    {
        if (IsClosed)
        {
            return;
        }

        if (_peer is not null && !_peer.IsClosed)
        {
            if (abortive || _received.Count > 0 || _receiving is not null)
            {
                _peer.Reset();
            }
            else
            {
                ShutdownSend();
            }
        }

        IsClosed = true;
        Stir();
        _arrived?.TrySetResult();
        while (_backlog.TryDequeue(out var never))
        {
            never.Close(abortive: true);
        }
    }

    public void Dispose() => Close(abortive: false);

    internal void Join(Socket other, IPEndPoint mine, IPEndPoint theirs)
    {
        (_peer, other._peer) = (other, this);
        (LocalEndPoint, RemoteEndPoint) = (mine, theirs);
        (other.LocalEndPoint, other.RemoteEndPoint) = (theirs, mine);
        _wasLocal = true;
    }

    internal void Arrive(Socket socket)
    {
        _backlog.Enqueue(socket);
        _arrived?.TrySetResult();
    }

    public override string ToString() => _wasLocal ? "dialled" : "accepted";

    private void Reset()
    {
        _resetCame = true;
        _finCame = false;
        Stir();
    }

    /// <summary>Something has changed: whatever is under way may be done. Told by a strand of its own, whenever that runs.</summary>
    private void Stir()
    {
        _readable?.TrySetResult();
        if (_receiving is { IsPosted: false } receiving && (_received.Count > 0 || _finCame || _resetCame || IsClosed))
        {
            receiving.Post(_network.Run, "receive", () =>
            {
                if (!TryReceive(receiving))
                {
                    return false;
                }

                _receiving = null;
                return true;
            });
        }

        if (_sending is { IsPosted: false } sending && (IsClosed || _resetCame || _peer!.IsClosed || Room > 0))
        {
            sending.Post(_network.Run, "send", () =>
            {
                if (!TrySend(sending))
                {
                    return false;
                }

                _sending = null;
                return true;
            });
        }
    }

    private bool TryReceive(SocketAsyncEventArgs e)
    {
        if (IsClosed)
        {
            e.Done(SocketError.OperationAborted, 0);
        }
        else if (_received.Count > 0)
        {
            var count = _network.Run.Random.Next(1, Math.Min(e.Memory.Length, _received.Count) + 1);
            _received[..count].CopyTo(e.Memory.Span);
            _received.RemoveRange(0, count);
            _peer!.Stir();
            e.Done(SocketError.Success, count);
        }
        else if (_resetCame || _finCame)
        {
            e.Done(_resetCame ? SocketError.ConnectionReset : SocketError.Success, 0);
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool TrySend(SocketAsyncEventArgs e)
    {
        if (IsClosed)
        {
            e.Done(SocketError.OperationAborted, 0);
            return true;
        }

        var sent = Give(e.Memory.Span, out var error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        e.Done(error, Math.Max(0, sent));
        return true;
    }

    private int Give(ReadOnlySpan<byte> octets, out SocketError error)
    {
        error = SocketError.Success;
        if (_resetCame || _peer!.IsClosed)
        {
            // The other end answers with an RST, and a send after that is told so.
            error = _resetCame ? SocketError.ConnectionReset : SocketError.Success;
            _resetCame = true;
            Stir();
            return octets.Length;
        }

        var room = Math.Min(Room, octets.Length);
        if (room <= 0)
        {
            error = SocketError.WouldBlock;
            return 0;
        }

        var count = _network.Run.Random.Next(4) == 0 ? _network.Run.Random.Next(1, room + 1) : room;
        foreach (var octet in octets[..count])
        {
            _peer._received.Add(octet);
        }

        _peer.Stir();
        return count;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, this);

    /// <summary>A number for it.</summary>
    public readonly struct Handle
    {
        public nint DangerousGetHandle() => 3;
    }
}

/// <summary>What a transport may not do to a socket.</summary>
internal static class Contract
{
    public static void OrThrow(this bool holds, string what)
    {
        if (!holds)
        {
            Run.Current!.Fail($"contract: {what}");
        }
    }
}
