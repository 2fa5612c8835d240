using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Farewell.Departures;
using Farewell.Sockets;

namespace Farewell.Carriers;

/// <summary>A connection on a plain socket, on every platform: receives by the socket's own asynchrony, sends at once what goes at once.</summary>
internal sealed class SocketTransport : Transport
{
    private const int SmallReceive = 4 * 1024;
    private const int LargeReceive = 64 * 1024;

    private readonly Socket _socket;
    private readonly TimeProvider _clock;
    private readonly DrainLimit _drain;
    private readonly Receiver _receiver;
    private readonly Lock _sending = new();
    private Sender? _sender;
    private SocketError _sendError;
    private bool _isAtEnd;
    private int _ending;

    /// <summary>Takes a connected socket over.</summary>
    public SocketTransport(Socket socket, DrainLimit drain, TimeProvider clock)
    {
        (_socket, _drain, _clock) = (socket, drain, clock);
        _receiver = new Receiver(this);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        socket.Blocking = false;
        socket.NoDelay = true;
    }

    public override EndPoint? LocalEndPoint { get; }

    public override EndPoint? RemoteEndPoint { get; }

    public override void Start() => _receiver.Run();

    public override void Resume() => ThreadPool.UnsafeQueueUserWorkItem(static receiver => receiver.Run(), _receiver, preferLocal: false);

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        if (Volatile.Read(ref _ending) != 0)
        {
            return octets.Length;
        }

        int sent;
        lock (_sending)
        {
            sent = _socket.Send(octets.Span, SocketFlags.None, out var error);
            if (sent != octets.Length && error is not (SocketError.Success or SocketError.WouldBlock))
            {
                // What is sent to a lost connection counts as gone.
                FailSend(error);
                return octets.Length;
            }
        }

        if (sent == octets.Length)
        {
            return sent;
        }

        sent = Math.Max(0, sent);
        (_sender ??= new Sender(this)).Run(octets[sent..]);
        return sent;
    }

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        if (Interlocked.Exchange(ref _ending, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Transport.EndAsync(state.How, state.Departure), (Transport: this, How: how, Departure: departure), preferLocal: true);
        }
    }

    /// <summary>
    /// The receive goes on to what came before the loss, and tells it at its end; only after the end of the stream there is none. The kernel may have told the error here
    /// alone: what the receive then reads as the end of the stream is none.
    /// </summary>
    private void FailSend(SocketError error)
    {
        lock (_sending)
        {
            _sendError = error;
            if (!_isAtEnd || Volatile.Read(ref _ending) != 0)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Transport.Lose(state.Error), (Transport: this, Error: error), preferLocal: true);
    }

    private void Finish()
    {
        SocketError lost;
        lock (_sending)
        {
            lost = _sendError != SocketError.Success ? _sendError : _sender?.IsUnderWay == true && _socket.IsGone() ? SocketError.ConnectionReset : SocketError.Success;
            _isAtEnd = lost == SocketError.Success;
        }

        if (lost == SocketError.Success)
        {
            Driver.EndOfStream();
        }
        else if (Volatile.Read(ref _ending) == 0)
        {
            Lose(lost);
        }
    }

    private void Lose(SocketError error) =>
        Driver.Lost(error.ToLoss());

    private async Task EndAsync(TransportEnd how, Departure departure) =>
        Driver.Ended(await _socket.EndAsync(how, departure, _drain, _clock).ConfigureAwait(false));

    /// <summary>The receives, one at a time, without a task or an exception.</summary>
    private sealed class Receiver(SocketTransport transport) : SocketAsyncEventArgs(true)
    {
        private int _size = SmallReceive;

        public void Run()
        {
            // Resumed by the very octets that ended the session: a receive now would take the drain's end of the stream, or turn a FIN into an RST.
            if (Volatile.Read(ref transport._ending) != 0)
            {
                return;
            }

            do
            {
                var buffer = ArrayPool<byte>.Shared.Rent(_size);
                SetBuffer(buffer, 0, _size);
            }
            while (!Begin() && Take());
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            if (Take())
            {
                Run();
            }
        }

        private bool Begin()
        {
            try
            {
                return transport._socket.ReceiveAsync(this);
            }
            catch (ObjectDisposedException)
            {
                SocketError = SocketError.OperationAborted;
                return false;
            }
        }

        /// <returns>Whether to go on.</returns>
        private bool Take()
        {
            var (buffer, count) = (Buffer!, BytesTransferred);
            var goesOn = SocketError == SocketError.Success && count > 0;

            // Once the driver has answered false, it may resume this receiver before that answer arrives here: nothing of it is touched after.
            SetBuffer(null, 0, 0);
            _size = count == _size ? LargeReceive : count < SmallReceive ? SmallReceive : _size;
            if (goesOn)
            {
                goesOn = transport.Driver.Received(buffer.AsMemory(0, count)) && Volatile.Read(ref transport._ending) == 0;
            }
            else if (SocketError == SocketError.Success)
            {
                transport.Finish();
            }
            else if (Volatile.Read(ref transport._ending) == 0)
            {
                transport.Lose(SocketError);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            return goesOn;
        }
    }

    /// <summary>The rest of a send that the kernel did not take at once, in small pieces, so that a slow peer is told from a stalled one.</summary>
    private sealed class Sender(SocketTransport transport) : SocketAsyncEventArgs(true)
    {
        private const int Piece = 4 * 1024;

        private Memory<byte> _rest;
        private volatile bool _isUnderWay;

        public bool IsUnderWay => _isUnderWay;

        public void Run(ReadOnlyMemory<byte> octets)
        {
            _rest = MemoryMarshal.AsMemory(octets);
            _isUnderWay = true;
            if (!Begin())
            {
                // The driver is told from here, never from within its own call.
                ThreadPool.UnsafeQueueUserWorkItem(static sender => sender.GoOn(), this, preferLocal: true);
            }
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => GoOn();

        private void GoOn()
        {
            while (SocketError == SocketError.Success)
            {
                var count = BytesTransferred;
                _rest = _rest[count..];

                // Told of the last piece, the driver may give the next octets at once.
                var isLast = _rest.IsEmpty;
                _isUnderWay = !isLast;
                transport.Driver.Sent(count);
                if (isLast || Begin())
                {
                    return;
                }
            }

            transport.FailSend(SocketError);
        }

        /// <returns>Whether it is under way; if not, it is done.</returns>
        private bool Begin()
        {
            SetBuffer(_rest[..Math.Min(Piece, _rest.Length)]);
            try
            {
                return transport._socket.SendAsync(this);
            }
            catch (ObjectDisposedException)
            {
                SocketError = SocketError.OperationAborted;
                return false;
            }
        }
    }
}
