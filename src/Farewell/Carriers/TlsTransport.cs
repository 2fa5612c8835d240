using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>
/// A connection in TLS over a socket. The handshake is part of the connection's begin: what is sent before waits, and the session's own limit bounds it. Reads go on
/// from the handshake to the peer's FIN, so that the session tickets of TLS 1.3 never lie unread, which would turn a FIN into an RST.
/// </summary>
/// <remarks>
/// The end of the stream is told at the peer's FIN, never at its close_notify alone: both end the data, but only the FIN says who closed first. Done and Goodbye
/// authenticate the end (docs/protocol.md section 1), so a close_notify is sent only by a leaver on its way out, where the stayer is still reading.
/// </remarks>
internal sealed class TlsTransport : Transport
{
    private const int Small = 4 * 1024;
    private const int Record = 16 * 1024;

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly Func<SslStream, Task> _authenticate;
    private readonly DrainLimit _drain;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _resumed = new(0);
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private ReadOnlyMemory<byte> _early;
    private Exception? _sendError;
    private bool _isOpen;
    private bool _isAtEnd;
    private int _ending;

    private TlsTransport(Socket socket, Func<SslStream, Task> authenticate, DrainLimit drain, TimeProvider clock)
    {
        (_socket, _authenticate, _drain, _clock) = (socket, authenticate, drain, clock);
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        socket.NoDelay = true;
        _stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: true);
    }

    public override EndPoint? LocalEndPoint { get; }

    public override EndPoint? RemoteEndPoint { get; }

    /// <summary>The TLS itself: the protocol spoken, the certificates; its streams are the transport's own.</summary>
    public SslStream Stream => _stream;

    /// <summary>Takes a connected socket over, as the side that has the certificate.</summary>
    public static TlsTransport Serve(Socket socket, SslServerAuthenticationOptions options, DrainLimit drain, TimeProvider clock) =>
        new(socket, stream => stream.AuthenticateAsServerAsync(options), drain, clock);

    /// <summary>Takes a connected socket over, as the side that checks the certificate.</summary>
    public static TlsTransport Dial(Socket socket, SslClientAuthenticationOptions options, DrainLimit drain, TimeProvider clock) =>
        new(socket, stream => stream.AuthenticateAsClientAsync(options), drain, clock);

    public override void Start() => _reading = ReadAsync();

    public override void Resume() => _resumed.Release();

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        lock (_gate)
        {
            if (IsEnding)
            {
                return octets.Length;
            }

            if (!_isOpen)
            {
                _early = octets;
                return 0;
            }

            return Begin(octets);
        }
    }

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        lock (_gate)
        {
            if (IsEnding)
            {
                return;
            }

            _ending = 1;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Transport.EndAsync(state.How, state.Departure), (Transport: this, How: how, Departure: departure), preferLocal: true);
    }

    private bool IsEnding => Volatile.Read(ref _ending) != 0;

    /// <summary>Encrypts and sends what goes at once; the rest follows, told piece by piece so that a slow peer is told from a stalled one.</summary>
    private int Begin(ReadOnlyMemory<byte> octets)
    {
        var taken = 0;
        while (taken < octets.Length)
        {
            var piece = octets[taken..Math.Min(taken + Record, octets.Length)];
            ValueTask write;
            try
            {
                write = _stream.WriteAsync(piece);
                if (!write.IsCompleted)
                {
                    _writing = WriteAsync(write.AsTask(), piece.Length, octets[(taken + piece.Length)..]);
                    return taken;
                }

                write.GetAwaiter().GetResult();
            }
            catch (Exception error) when (IsExpected(error))
            {
                FailSend(error);
                return octets.Length;
            }

            taken += piece.Length;
        }

        return taken;
    }

    private async Task WriteAsync(Task first, int count, ReadOnlyMemory<byte> rest)
    {
        try
        {
            await first.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            while (!rest.IsEmpty)
            {
                Driver.Sent(count);
                count = Math.Min(Small, rest.Length);
                await _stream.WriteAsync(rest[..count]).ConfigureAwait(false);
                rest = rest[count..];
            }
        }
        catch (Exception error) when (IsExpected(error))
        {
            FailSend(error);
            return;
        }

        // Told of the last piece, the driver may give the next octets at once.
        Driver.Sent(count);
    }

    /// <summary>As in <see cref="SocketTransport"/>: the read tells it at its end, and only after the end of the stream it is told from here.</summary>
    private void FailSend(Exception error)
    {
        lock (_gate)
        {
            _sendError = error;
            if (!_isAtEnd || IsEnding)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Transport.Lose(state.Error), (Transport: this, Error: error), preferLocal: true);
    }

    private async Task ReadAsync()
    {
        byte[]? buffer = null;
        try
        {
            await _authenticate(_stream).ConfigureAwait(false);
            Open();
            var size = Small;
            while (!IsEnding)
            {
                buffer = ArrayPool<byte>.Shared.Rent(size);
                var count = await _stream.ReadAsync(buffer.AsMemory(0, size)).ConfigureAwait(false);
                if (count == 0)
                {
                    await ReadFinAsync(buffer).ConfigureAwait(false);
                    return;
                }

                size = count == size ? Record : count < Small ? Small : size;
                if (!IsEnding && !Driver.Received(buffer.AsMemory(0, count)))
                {
                    await _resumed.WaitAsync(_ended.Token).ConfigureAwait(false);
                }

                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
        catch (Exception error) when (IsExpected(error))
        {
            if (SocketErrorOf(error) is null && IsFinHere())
            {
                // In the middle of a record or of the handshake: truncated like any other.
                await FinishAsync().ConfigureAwait(false);
            }
            else if (!IsEnding)
            {
                Lose(error);
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>The handshake is done: sends what waited for it.</summary>
    private void Open()
    {
        ReadOnlyMemory<byte> early;
        lock (_gate)
        {
            (_isOpen, early, _early) = (true, _early, default);
        }

        if (!early.IsEmpty && Begin(early) is > 0 and var taken)
        {
            Driver.Sent(taken);
        }
    }

    /// <summary>The TLS has ended, by a close_notify or the FIN itself: waits for the FIN, behind which nothing can come.</summary>
    private async Task ReadFinAsync(byte[] scratch)
    {
        var discarded = 0;
        while (await _socket.ReceiveAsync(scratch.AsMemory()).ConfigureAwait(false) is > 0 and var count)
        {
            discarded += count;
            if (discarded > Record)
            {
                throw new IOException("More than 16 KiB came behind the end of the TLS stream.");
            }
        }

        await FinishAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync()
    {
        if (_socket.IsGone())
        {
            // What is under way fails now, and says whether it was a reset.
            await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Exception? lost;
        lock (_gate)
        {
            lost = _sendError;
            _isAtEnd = lost is null;
        }

        if (lost is not null && !IsEnding)
        {
            Lose(lost);
        }
        else if (!IsEnding)
        {
            Driver.EndOfStream();
        }
    }

    private void Lose(Exception error)
    {
        if (SocketErrorOf(error) is { } code)
        {
            Driver.Lost(code.ToLoss());
        }
        else
        {
            Fault = error;
            Driver.Lost(Loss.Broken);
        }
    }

    private bool IsFinHere()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead) && _socket.Receive(stackalloc byte[1], SocketFlags.Peek) == 0;
        }
        catch (Exception error) when (IsExpected(error))
        {
            return false;
        }
    }

    private async Task EndAsync(TransportEnd how, Departure departure)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        if (how == TransportEnd.Depart && departure != Departure.Reset)
        {
            await SayCloseNotifyAsync().ConfigureAwait(false);
        }

        Driver.Ended(await _socket.EndAsync(how, departure, _drain, _clock).ConfigureAwait(false));
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Goodbye was read, so nothing of ours is still under way, and a record more goes at once or not at all.</summary>
    private async Task SayCloseNotifyAsync()
    {
        try
        {
            await _stream.ShutdownAsync().WaitAsync(_drain.Time, _clock).ConfigureAwait(false);
        }
        catch (Exception error) when (IsExpected(error) || error is TimeoutException)
        {
        }
    }

    private static SocketError? SocketErrorOf(Exception? error) => error switch
    {
        null => null,
        SocketException socket => socket.SocketErrorCode,
        _ => SocketErrorOf(error.InnerException),
    };

    private static bool IsExpected(Exception error) =>
        error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException;
}
