using System.Net;
using System.Net.Sockets;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Farewell.AspNetCore;

/// <summary>
/// A connection that Kestrel accepted, for a stayer. Kestrel sends a FIN when the handler returns, so the handler returns only once the peer's FIN was read; a reset is
/// sent on the socket itself, before Kestrel could shut it down.
/// </summary>
internal sealed class ConnectionTransport : Transport
{
    private const int Small = 4 * 1024;
    private const int Large = 16 * 1024;

    private static readonly LingerOption NoLinger = new(false, 0);

    private readonly ConnectionContext _connection;
    private readonly Socket? _socket;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _resumed = new(0);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private Exception? _fault;
    private bool _isSendGone;
    private bool _isAtEnd;
    private int _ending;

    public ConnectionTransport(ConnectionContext connection)
    {
        _connection = connection;
        _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
    }

    public override EndPoint? LocalEndPoint => _connection.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    public override Exception? Fault => _fault;

    /// <summary>Completes when Kestrel may have the connection back: the handler returns then.</summary>
    public Task Over => _over.Task;

    public override void Start() => _reading = ReadAsync();

    public override void Resume() => _resumed.Release();

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        lock (_gate)
        {
            var taken = 0;
            while (taken < octets.Length && !IsEnding && !_isSendGone)
            {
                var piece = octets[taken..Math.Min(taken + Large, octets.Length)];
                try
                {
                    // A flush completes when Kestrel has taken all but what its write buffer holds.
                    var flush = _connection.Transport.Output.WriteAsync(piece);
                    if (!flush.IsCompleted)
                    {
                        _writing = WriteAsync(flush.AsTask(), piece.Length, octets[(taken + piece.Length)..]);
                        return taken;
                    }

                    if (flush.GetAwaiter().GetResult().IsCompleted)
                    {
                        FailSend();
                    }
                }
                catch (Exception error) when (IsExpected(error))
                {
                    FailSend();
                }

                taken += piece.Length;
            }

            // What is sent to a lost connection counts as gone.
            return octets.Length;
        }
    }

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        if (Interlocked.Exchange(ref _ending, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Transport.EndAsync(state.Closes), (Transport: this, Closes: how == TransportEnd.Close || (how == TransportEnd.Depart && departure == Departure.Fin)), preferLocal: true);
        }
    }

    private bool IsEnding => Volatile.Read(ref _ending) != 0;

    private async Task WriteAsync(Task<System.IO.Pipelines.FlushResult> first, int count, ReadOnlyMemory<byte> rest)
    {
        try
        {
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var isGone = (await first.ConfigureAwait(false)).IsCompleted;
            while (!rest.IsEmpty && !isGone)
            {
                Driver.Sent(count);
                count = Math.Min(Small, rest.Length);
                isGone = (await _connection.Transport.Output.WriteAsync(rest[..count]).ConfigureAwait(false)).IsCompleted;
                rest = rest[count..];
            }

            if (isGone)
            {
                FailSend();
                return;
            }
        }
        catch (Exception error) when (IsExpected(error))
        {
            FailSend();
            return;
        }

        // Told of the last piece, the driver may give the next octets at once.
        Driver.Sent(count);
    }

    /// <summary>The read goes on to what came before the loss, and tells it at its end; only after the end of the stream there is none.</summary>
    private void FailSend()
    {
        lock (_gate)
        {
            _isSendGone = true;
            if (!_isAtEnd || IsEnding)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(static transport => transport.Driver.Lost(Loss.Reset), this, preferLocal: true);
    }

    private async Task ReadAsync()
    {
        var input = _connection.Transport.Input;
        try
        {
            while (!IsEnding)
            {
                var read = await input.ReadAsync(_ended.Token).ConfigureAwait(false);
                foreach (var octets in read.Buffer)
                {
                    if (!IsEnding && !octets.IsEmpty && !Driver.Received(octets))
                    {
                        await _resumed.WaitAsync(_ended.Token).ConfigureAwait(false);
                    }
                }

                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    await FinishAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception error) when (IsExpected(error))
        {
            if (!IsEnding)
            {
                Lose(error);
            }
        }
    }

    /// <summary>The stream has ended; in TLS perhaps by a close_notify alone, and then the FIN is waited for.</summary>
    private async Task FinishAsync()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (_connection.ConnectionClosed.UnsafeRegister(static closed => ((TaskCompletionSource)closed!).TrySetResult(), closed).ConfigureAwait(false))
        {
            await closed.Task.WaitAsync(_ended.Token).ConfigureAwait(false);
        }

        if (_socket?.IsGone() == true)
        {
            // What is under way fails now, and says whether it was a reset.
            await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        bool isLost;
        lock (_gate)
        {
            isLost = _isSendGone;
            _isAtEnd = !isLost;
        }

        if (isLost && !IsEnding)
        {
            Driver.Lost(Loss.Reset);
        }
        else if (!IsEnding)
        {
            Driver.EndOfStream();
        }
    }

    private void Lose(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is ConnectionResetException)
            {
                Driver.Lost(Loss.Reset);
                return;
            }

            if (cause is SocketException socket)
            {
                Driver.Lost(socket.SocketErrorCode.ToLoss());
                return;
            }
        }

        // Kestrel gave it up: at the end of its patience with a stop, or a record of TLS was broken.
        _fault = error;
        Driver.Lost(Loss.Broken);
    }

    private async Task EndAsync(bool closes)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        SocketEnd end;
        if (closes)
        {
            // The peer's FIN was read: Kestrel sends what is still in its pipe, and then the FIN behind it.
            await CloseAsync().ConfigureAwait(false);
            end = new SocketEnd(SocketEndKind.Passive);
        }
        else
        {
            end = _socket is null ? new SocketEnd(SocketEndKind.Reset) : EndSocket.Abort(_socket);
            _connection.Abort(new ConnectionAbortedException("The session was reset."));
        }

        Driver.Ended(end);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.TrySetResult();
    }

    private async Task CloseAsync()
    {
        try
        {
            _socket?.LingerState = NoLinger;
            await _connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (IsExpected(error))
        {
        }
    }

    private static bool IsExpected(Exception error) =>
        error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;
}
