using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>
/// A connection in TLS over any other transport. The handshake is part of the connection's begin: what is sent before waits, and the session's own limit bounds it. Reads go on
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

    private readonly Transport _inner;
    private readonly CipherStream _cipher;
    private readonly SslStream _stream;
    private readonly Func<SslStream, Task> _authenticate;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _resumed = new(0);
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private ReadOnlyMemory<byte> _early;
    private Exception? _fault;
    private bool _isOpen;
    private int _ending;

    private TlsTransport(Transport inner, Func<SslStream, Task> authenticate, TimeSpan patience, TimeProvider clock)
    {
        (_inner, _authenticate, _patience, _clock) = (inner, authenticate, patience, clock);
        _cipher = new CipherStream(inner);
        _stream = new SslStream(_cipher, leaveInnerStreamOpen: true);
    }

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override Exception? Fault => _fault;

    /// <summary>The TLS itself: the protocol spoken, the certificates; its streams are the transport's own.</summary>
    public SslStream Stream => _stream;

    /// <summary>Takes a connection over that nobody drives yet, as the side that has the certificate.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="options">The certificate, and what is asked of the peer.</param>
    /// <param name="patience">How long a close_notify may take to go.</param>
    /// <param name="clock">The clock of that.</param>
    public static TlsTransport Serve(Transport inner, SslServerAuthenticationOptions options, TimeSpan patience, TimeProvider clock) =>
        new(inner, stream => stream.AuthenticateAsServerAsync(options), patience, clock);

    /// <summary>Takes a connection over that nobody drives yet, as the side that checks the certificate.</summary>
    /// <inheritdoc cref="Serve(Transport, SslServerAuthenticationOptions, TimeSpan, TimeProvider)"/>
    public static TlsTransport Dial(Transport inner, SslClientAuthenticationOptions options, TimeSpan patience, TimeProvider clock) =>
        new(inner, stream => stream.AuthenticateAsClientAsync(options), patience, clock);

    /// <summary>As on a plain socket.</summary>
    public static TlsTransport Serve(Socket socket, SslServerAuthenticationOptions options, DrainLimit drain, TimeProvider clock) =>
        Serve(new SocketTransport(socket, drain, clock), options, drain.Time, clock);

    /// <inheritdoc cref="Serve(Socket, SslServerAuthenticationOptions, DrainLimit, TimeProvider)"/>
    public static TlsTransport Dial(Socket socket, SslClientAuthenticationOptions options, DrainLimit drain, TimeProvider clock) =>
        Dial(new SocketTransport(socket, drain, clock), options, drain.Time, clock);

    public override void Start()
    {
        _reading = ReadAsync();
        _inner.Start();
    }

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
                // The inner transport tells the loss; what is sent to a lost connection counts as gone.
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
            return;
        }

        // Told of the last piece, the driver may give the next octets at once.
        Driver.Sent(count);
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
            Break(error);
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
        while (await _cipher.ReadAsync(scratch).ConfigureAwait(false) is > 0 and var count)
        {
            discarded += count;
            if (discarded > Record)
            {
                throw new IOException("More than 16 KiB came behind the end of the TLS stream.");
            }
        }

        if (!IsEnding)
        {
            Driver.EndOfStream();
        }
    }

    private void Break(Exception error)
    {
        if (IsEnding)
        {
            return;
        }

        if (_cipher.Loss is { } loss)
        {
            _fault = _inner.Fault;
            Driver.Lost(loss);
        }
        else if (_cipher.IsAtEnd)
        {
            // In the middle of a record or of the handshake: truncated like any other.
            Driver.EndOfStream();
        }
        else
        {
            _fault = error;
            Driver.Lost(Loss.Broken);
        }
    }

    private async Task EndAsync(TransportEnd how, Departure departure)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        if (how == TransportEnd.Depart && departure != Departure.Reset)
        {
            await SayCloseNotifyAsync().ConfigureAwait(false);
        }

        _inner.End(how, departure);
        var end = await _cipher.Ended.ConfigureAwait(false);
        _cipher.Abandon();
        Driver.Ended(end);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Goodbye was read, so nothing of ours is still under way, and a record more goes at once or not at all.</summary>
    private async Task SayCloseNotifyAsync()
    {
        try
        {
            await _stream.ShutdownAsync().WaitAsync(_patience, _clock).ConfigureAwait(false);
        }
        catch (Exception error) when (IsExpected(error) || error is TimeoutException)
        {
        }
    }

    private static bool IsExpected(Exception error) =>
        error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException;
}
