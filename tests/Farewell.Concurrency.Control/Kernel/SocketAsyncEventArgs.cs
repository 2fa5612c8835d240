using System.Net.Sockets;

namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Net.Sockets.SocketAsyncEventArgs"/>.</summary>
public class SocketAsyncEventArgs(bool unsafeSuppressExecutionContext)
{
    private bool _isUnderWay;

    /// <summary>For nothing: no context flows here.</summary>
    public bool SuppressesContext => unsafeSuppressExecutionContext;

    public byte[]? Buffer { get; private set; }

    public int BytesTransferred { get; private set; }

    public SocketError SocketError { get; set; }

    internal Memory<byte> Memory { get; private set; }

    internal bool IsPosted { get; private set; }

    public void SetBuffer(byte[]? buffer, int offset, int count)
    {
        (!_isUnderWay).OrThrow("the buffer of an operation under way is changed");
        (Buffer, Memory) = (buffer, buffer.AsMemory(offset, count));
    }

    public void SetBuffer(Memory<byte> buffer)
    {
        (!_isUnderWay).OrThrow("the buffer of an operation under way is changed");
        Memory = buffer;
    }

    protected virtual void OnCompleted(SocketAsyncEventArgs e)
    {
    }

    internal void Begun() => _isUnderWay = true;

    internal void Done(SocketError error, int count) => (SocketError, BytesTransferred) = (error, count);

    /// <summary>Completes by a strand of its own, as soon as that runs and something can be done.</summary>
    internal void Post(Run run, string what, Func<bool> tryIt)
    {
        IsPosted = true;
        run.Begin($"{what}'s completion", () =>
        {
            IsPosted = false;
            if (tryIt())
            {
                _isUnderWay = false;
                OnCompleted(this);
            }
        });
    }
}
