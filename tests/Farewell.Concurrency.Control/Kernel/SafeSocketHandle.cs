namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Net.Sockets.SafeSocketHandle"/>: a descriptor that is closed once nobody refers to it.</summary>
public sealed class SafeSocketHandle(nint handle, bool ownsHandle) : IDisposable
{
    private int _references = 1;
    private bool _isDisposed;

    public nint DangerousGetHandle() => handle;

    public void DangerousAddRef(ref bool success)
    {
        ObjectDisposedException.ThrowIf(_references == 0, this);
        _references++;
        success = true;
    }

    public void DangerousRelease()
    {
        if (--_references == 0 && ownsHandle)
        {
            CLibrary.close((int)handle);
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            DangerousRelease();
        }
    }
}
