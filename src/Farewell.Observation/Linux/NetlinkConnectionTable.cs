using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Farewell.Observation.Linux;

/// <summary>
/// The connection table through NETLINK_SOCK_DIAG. The socket, and so the table, belongs to the network namespace it was made in.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkConnectionTable : IConnectionTable
{
    // A dump is produced within send and recv, so that an answer never takes long; this ends the wait if the kernel breaks that rule.
    private static readonly nint[] AnswerLimit = [5, 0]; // struct timeval

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
    private readonly Descriptor _socket;
    private uint _sequence;
    private bool _dumping;
    private bool _reading;

    public NetlinkConnectionTable()
    {
        var socket = Libc.Socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.NETLINK_SOCK_DIAG);
        Check(socket);
        _socket = new(socket);
        try
        {
            Check(Libc.SetSocketOption(_socket, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, AnswerLimit, (uint)(2 * nint.Size)));

            // An empty dump: whether the kernel has tcp_diag shows only when it is asked.
            Read(new(TcpStates.None), static (in _) => true);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public string Source => "sock_diag";

    public string? Missing => null;

    public ConnectionReading Read(ConnectionFilter filter, ConnectionVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        ObjectDisposedException.ThrowIf(_socket.IsClosed, this);
        if (_reading)
        {
            throw new InvalidOperationException("The table is being read: a visitor must not read it again. Open a second one.");
        }

        _reading = true;
        try
        {
            FinishLastDump();
            var progress = default(DumpProgress);
            Dump(filter, visitor, ref progress);
            return new(progress.Rows, progress.Interrupted);
        }
        finally
        {
            _reading = false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Dump(ConnectionFilter filter, ConnectionVisitor visitor, ref DumpProgress progress)
    {
        Span<byte> request = stackalloc byte[DumpRequest.MaxLength];
        var length = DumpRequest.Write(request, ++_sequence, filter);
        Send(request[..length]);
        _dumping = true;
        progress.Done = false;
        while (!progress.Done && !progress.Stopped)
        {
            Advance(visitor, ref progress);
        }
    }

    // After a visitor stopped or threw, the kernel still has rows for us and would answer a new request with EBUSY.
    private void FinishLastDump()
    {
        var progress = default(DumpProgress);
        while (_dumping)
        {
            Advance(visitor: null, ref progress);
        }
    }

    private void Advance(ConnectionVisitor? visitor, ref DumpProgress progress)
    {
        var reply = Receive();
        try
        {
            DumpReply.Parse(reply, _sequence, visitor, ref progress);
        }
        finally
        {
            _dumping = !progress.Done;
        }
    }

    private void Send(ReadOnlySpan<byte> request)
    {
        while (Libc.Send(_socket, request, (nuint)request.Length, 0) < 0)
        {
            Check(-1);
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        nint length;
        while ((length = Libc.Receive(_socket, _buffer, (nuint)_buffer.Length, Libc.MSG_TRUNC)) < 0)
        {
            Check(-1);
        }

        if (length == 0 || length > _buffer.Length)
        {
            throw new ObservationException(ObservationFailure.Malformed,
                $"The kernel sent a reply of {length} octets; the buffer holds {_buffer.Length}.");
        }

        return _buffer.AsSpan(0, (int)length);
    }

    private static void Check(int result)
    {
        if (result < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno)
        {
            throw Refusal.OfTable(errno);
        }
    }
}
