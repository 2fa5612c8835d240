using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Farewell.AspNetCore.Transports;

/// <summary>What one share of a listener's connections has in common: its queue, its memory, its senders.</summary>
internal sealed class TransportShare : IDisposable
{
    private const int MostSenders = 256;

    private readonly ConcurrentQueue<SegmentSender> _senders = new();
    private int _count;

    public TransportShare(SocketTransportOptions options, MemoryPool<byte> memory)
    {
        Memory = memory;
        PipeScheduler application = options.UnsafePreferInlineScheduling ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        PipeScheduler transport = options.UnsafePreferInlineScheduling ? PipeScheduler.Inline
            : options.IOQueueCount > 0 ? new TransportQueue()
            : PipeScheduler.ThreadPool;
        Input = Options(application, transport, options.MaxReadBufferSize ?? 0);
        Output = Options(transport, application, options.MaxWriteBufferSize ?? 0);

        PipeOptions Options(PipeScheduler reader, PipeScheduler writer, long most) => new(memory, reader, writer, most, most / 2, useSynchronizationContext: false);
    }

    public MemoryPool<byte> Memory { get; }

    public PipeOptions Input { get; }

    public PipeOptions Output { get; }

    public SegmentSender RentSender()
    {
        if (_senders.TryDequeue(out var sender))
        {
            Interlocked.Decrement(ref _count);
            return sender;
        }

        return new SegmentSender();
    }

    public void Return(SegmentSender sender)
    {
        sender.Clear();
        if (Interlocked.Increment(ref _count) <= MostSenders)
        {
            _senders.Enqueue(sender);
            return;
        }

        Interlocked.Decrement(ref _count);
        sender.Dispose();
    }

    public void Dispose()
    {
        while (_senders.TryDequeue(out var sender))
        {
            sender.Dispose();
        }

        Memory.Dispose();
    }
}
