using System.Net;
using System.Net.Sockets;

namespace Farewell.Concurrency.Control;

/// <summary>
/// Stands in for <see cref="System.Net.Sockets.Socket"/>: asynchrony over a <see cref="TcpSocket"/>, which takes and gives octets in pieces of any size and tells completions when it likes.
/// </summary>
public sealed class Socket : IDisposable
{
    private readonly MemoryNetwork _network;
    private readonly TcpSocket _tcp;
    private SocketAsyncEventArgs? _receiving;
    private SocketAsyncEventArgs? _sending;
    private TaskCompletionSource? _changed;
    private bool _isClosed;

    public Socket(AddressFamily addressFamily, SocketType socketType, ProtocolType protocolType)
        : this(MemoryNetwork.Here, new TcpSocket(MemoryNetwork.Here))
    {
    }

    public Socket(SocketType socketType, ProtocolType protocolType)
        : this(MemoryNetwork.Here, new TcpSocket(MemoryNetwork.Here))
    {
    }

    internal Socket(MemoryNetwork network, TcpSocket tcp)
    {
        var descriptor = network.Descriptors.Open(tcp);
        if (descriptor < 0)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        (_network, _tcp, SafeHandle) = (network, tcp, new SafeSocketHandle(descriptor, ownsHandle: true));
        _tcp.Changed += Stir;
    }

    public EndPoint? LocalEndPoint => _tcp.Local;

    public EndPoint? RemoteEndPoint => _tcp.Remote;

    public bool Blocking { get; set; } = true;

    public bool NoDelay { get; set; }

    public SafeSocketHandle SafeHandle { get; }

    public LingerOption? LingerState
    {
        get => new(_tcp.Aborts, 0);
        set
        {
            ThrowIfClosed();
            _tcp.Aborts = value!.Enabled;
        }
    }

    public ValueTask ConnectAsync(EndPoint remoteEP, CancellationToken cancellationToken)
    {
        Run.Point("Socket.ConnectAsync");
        cancellationToken.ThrowIfCancellationRequested();
        return _network.TryConnect(_tcp, (IPEndPoint)remoteEP) ? default : throw new SocketException((int)SocketError.ConnectionRefused);
    }

    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Run.Point("Socket.AcceptAsync");
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAccept() is { } socket)
            {
                return socket;
            }

            await ChangedAsync(cancellationToken);
        }
    }

    public Socket Accept()
    {
        Run.Point("Socket.Accept");
        return TryAccept() ?? throw new SocketException((int)SocketError.WouldBlock);
    }

    public int Send(ReadOnlySpan<byte> buffer, SocketFlags socketFlags, out SocketError errorCode)
    {
        Run.Point("Socket.Send");
        ThrowIfClosed();
        var sent = _tcp.Send(buffer);
        errorCode = sent < 0 ? Of(-sent) : SocketError.Success;
        return Math.Max(sent, -1);
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
        Stir(Control.Poll.None);
        return true;
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Run.Point("Socket.ReceiveAsync");
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfClosed();
            (_receiving is null).OrThrow("a receive of the transport's is pending at the drain");
            var count = _tcp.Receive(buffer.Span, peeks: false);
            if (count != -Errno.Again)
            {
                return count >= 0 ? count : throw new SocketException((int)Of(-count));
            }

            await ChangedAsync(cancellationToken);
        }
    }

    public int Receive(Span<byte> buffer, SocketFlags socketFlags)
    {
        Run.Point("Socket.Receive");
        ThrowIfClosed();
        var count = _tcp.Receive(buffer, peeks: (socketFlags & SocketFlags.Peek) != 0);
        return count >= 0 ? count : throw new SocketException((int)Of(-count));
    }

    public bool Poll(int microSeconds, SelectMode mode)
    {
        ThrowIfClosed();
        return (_tcp.Ready & Control.Poll.In) != 0;
    }

    public void Shutdown(SocketShutdown how)
    {
        Run.Point("Socket.Shutdown");
        ThrowIfClosed();
        _ = _tcp.ShutdownSend();
    }

    public int GetRawSocketOption(int optionLevel, int optionName, Span<byte> optionValue)
    {
        Run.Point("Socket.GetRawSocketOption");
        ThrowIfClosed();
        optionValue[0] = (byte)_tcp.State;
        return 1;
    }

    public void Close(int timeout)
    {
        if (!_isClosed)
        {
            _tcp.Aborts |= timeout == 0;
            Dispose();
        }
    }

    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (_tcp.References == 1)
        {
            // A connection closed over a receive of its own is reset.
            _tcp.Aborts |= _receiving is not null;
        }

        _tcp.Changed -= Stir;
        SafeHandle.Dispose();
        Stir(Control.Poll.None);
    }

    public override string ToString() => $"{LocalEndPoint} - {RemoteEndPoint}";

    private Socket? TryAccept()
    {
        ThrowIfClosed();
        if (_network.LowestFree >= _network.DescriptorLimit)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        if (!_tcp.TryAccept(out var connection))
        {
            return null;
        }

        connection.References--;
        return new Socket(_network, connection);
    }

    private Task ChangedAsync(CancellationToken cancellation)
    {
        _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _changed.Task.WaitControlledAsync(cancellation);
    }

    /// <summary>Something has changed: whatever is under way may be done. Told by a strand of its own, whenever that runs.</summary>
    private void Stir(Poll ready)
    {
        _changed?.TrySetResult();
        _changed = null;
        if (_receiving is { IsPosted: false } receiving && (_isClosed || (_tcp.Ready & Control.Poll.In) != 0))
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

        if (_sending is { IsPosted: false } sending && (_isClosed || (_tcp.Ready & Control.Poll.Out) != 0))
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
        if (_isClosed)
        {
            e.Done(SocketError.OperationAborted, 0);
            return true;
        }

        var count = _tcp.Receive(e.Memory.Span[.._network.Run.Random.Next(1, Math.Min(e.Memory.Length, _network.Capacity) + 1)], peeks: false);
        if (count == -Errno.Again)
        {
            return false;
        }

        e.Done(count < 0 ? Of(-count) : SocketError.Success, Math.Max(0, count));
        return true;
    }

    private bool TrySend(SocketAsyncEventArgs e)
    {
        if (_isClosed)
        {
            e.Done(SocketError.OperationAborted, 0);
            return true;
        }

        var sent = _tcp.Send(e.Memory.Span);
        if (sent == -Errno.Again)
        {
            return false;
        }

        e.Done(sent < 0 ? Of(-sent) : SocketError.Success, Math.Max(0, sent));
        return true;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, this);

    private static SocketError Of(int errno) => errno switch
    {
        Errno.Again => SocketError.WouldBlock,
        Errno.BrokenPipe => SocketError.Shutdown,
        Errno.ConnectionReset => SocketError.ConnectionReset,
        Errno.NotConnected => SocketError.NotConnected,
        Errno.ConnectionRefused => SocketError.ConnectionRefused,
        _ => SocketError.SocketError,
    };
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
