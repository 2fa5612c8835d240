using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Farewell.AspNetCore.Loops;

/// <summary>A connection of Kestrel's over a transport of Farewell's: two pipes, and the ends that Kestrel's own transport makes.</summary>
internal sealed class LoopConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionEndPointFeature, IConnectionLifetimeFeature
{
    private const int HighWater = 1024 * 1024;

    private readonly Transport _transport;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly Action _tellEnded;
    private readonly SentSignal _sent = new();
    private Task _sending = Task.CompletedTask;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private int _isEnding;

    /// <param name="transport">The connection.</param>
    /// <param name="scheduler">Where what reads it, and what waits to write, goes on.</param>
    /// <param name="pool">The memory of its pipes.</param>
    /// <param name="ended">Told when nothing of the connection is left.</param>
    public LoopConnection(Transport transport, PipeScheduler scheduler, MemoryPool<byte>? pool, Action ended)
    {
        (_transport, _tellEnded) = (transport, ended);
        transport.Driver = new Tap(this);
        _input = new Pipe(new PipeOptions(pool, readerScheduler: scheduler, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: HighWater, resumeWriterThreshold: HighWater / 2, useSynchronizationContext: false));
        _output = new Pipe(new PipeOptions(pool, readerScheduler: PipeScheduler.Inline, writerScheduler: scheduler, pauseWriterThreshold: HighWater / 16, resumeWriterThreshold: HighWater / 32, useSynchronizationContext: false));
        Transport = new Duplex(_input.Reader, _output.Writer);
        Features = new Microsoft.AspNetCore.Http.Features.FeatureCollection();
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        ConnectionClosed = _closed.Token;
    }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId
    {
        get => _id ??= Guid.NewGuid().ToString("N");
        set => _id = value;
    }

    public override Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _transport.LocalEndPoint;
        set => throw new NotSupportedException();
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _transport.RemoteEndPoint;
        set => throw new NotSupportedException();
    }

    public override CancellationToken ConnectionClosed { get; set; }

    public void Start()
    {
        _transport.Start();
        _sending = SendAsync();
    }

    public override void Abort(ConnectionAbortedException abortReason) => End(TransportEnd.Reset, Departure.Reset);

    /// <summary>As Kestrel's own: what was written is sent, then a FIN. What follows, the peer's FIN or the end of the patience with it, is the loop's.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(TransportEnd.Depart, Departure.Fin);
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        var reader = _output.Reader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync().ConfigureAwait(false);
                foreach (var piece in read.Buffer)
                {
                    if (!piece.IsEmpty && _sent.Begin(piece.Length) && _sent.Take(_transport.Send(piece)) is { IsCompleted: false } rest)
                    {
                        await rest.ConfigureAwait(false);
                    }
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or InvalidOperationException)
        {
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void End(TransportEnd how, Departure departure)
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            _transport.End(how, departure);
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class Tap(LoopConnection connection) : Driver
    {
        public override bool Received(ReadOnlyMemory<byte> octets)
        {
            var writer = connection._input.Writer;
            writer.Write(octets.Span);
            var flush = writer.FlushAsync();
            if (flush.IsCompleted)
            {
                return true;
            }

            _ = ResumeAsync(flush);
            return false;
        }

        public override void EndOfStream()
        {
            connection._input.Writer.Complete();
            connection._closed.CancelAsync();
        }

        public override void Lost(Loss how)
        {
            connection._input.Writer.Complete(new ConnectionResetException("The connection was reset by its peer, or timed out."));
            connection._sent.Fail();
            connection._closed.CancelAsync();
            connection.End(TransportEnd.Release, Departure.Reset);
        }

        public override void Sent(int count) => connection._sent.Add(count);

        public override void Ended(SocketEnd end)
        {
            connection._input.Writer.Complete();
            connection._sent.Fail();
            connection._closed.CancelAsync();
            connection._tellEnded();
        }

        public override void Start()
        {
        }

        public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
        {
        }

        public override void Abort()
        {
        }

        public override void Tick()
        {
        }

        private async Task ResumeAsync(ValueTask<FlushResult> flush)
        {
            await flush.ConfigureAwait(false);
            connection._transport.Resume();
        }
    }
}
