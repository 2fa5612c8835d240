using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Farewell.AspNetCore.Transports;

/// <summary>Sends what lies in several segments by one system call.</summary>
internal sealed class SegmentSender() : SocketAsyncEventArgs(true), IValueTaskSource
{
    private readonly List<ArraySegment<byte>> _segments = [];
    private ManualResetValueTaskSourceCore<bool> _source;

    /// <exception cref="SocketException">The connection is lost.</exception>
    public ValueTask SendAsync(Socket socket, in ReadOnlySequence<byte> octets)
    {
        foreach (var memory in octets)
        {
            _segments.Add(MemoryMarshal.TryGetArray(memory, out var segment) ? segment : new ArraySegment<byte>(memory.ToArray()));
        }

        BufferList = _segments;
        _source.Reset();
        if (socket.SendAsync(this))
        {
            return new ValueTask(this, _source.Version);
        }

        var error = SocketError;
        return error == SocketError.Success ? default : ValueTask.FromException(new SocketException((int)error));
    }

    /// <summary>Lets the segments go, once the send is over.</summary>
    public void Clear()
    {
        BufferList = null;
        _segments.Clear();
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (SocketError == SocketError.Success)
        {
            _source.SetResult(true);
        }
        else
        {
            _source.SetException(new SocketException((int)SocketError));
        }
    }
}
