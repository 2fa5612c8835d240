using System.Net.Sockets;
using Farewell.Lab.Strategies;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Running;

/// <summary>
/// One side of a connection in the lab: <see cref="System.Net.Sockets.Socket"/>'s own calls under their own names, which also note what the
/// application asked for and what it was told. That is the socket's testimony.
/// </summary>
public sealed class LabSocket : IDisposable
{
    /// <summary>The client's request: 16 octets.</summary>
    public static ReadOnlyMemory<byte> Request { get; } = "a small request\n"u8.ToArray();

    /// <summary>The server's reply: 16 octets.</summary>
    public static ReadOnlyMemory<byte> Reply { get; } = "one short reply\n"u8.ToArray();

    // What is read is counted and never looked at, so all sockets may read into one place.
    private static readonly byte[] Bin = new byte[64 * 1024];

    private readonly LabConnection _connection;

    internal LabSocket(LabConnection connection, EndingSide side, Socket socket)
    {
        (_connection, Side, Socket) = (connection, side, socket);
    }

    /// <summary>The socket itself, for calls that need no testimony.</summary>
    public Socket Socket { get; }

    /// <summary>Which side this is.</summary>
    public EndingSide Side { get; }

    /// <summary>What this side saw of the other's ending.</summary>
    public PeerSaw Saw { get; private set; }

    /// <summary>Octets that the kernel took from this side.</summary>
    public long Sent { get; private set; }

    /// <summary>Octets that this side's application read.</summary>
    public long Read { get; private set; }

    /// <summary>Sends everything; a failure is noted and not thrown, since it is a result here.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            while (!data.IsEmpty)
            {
                var count = await Socket.SendAsync(data, _connection.Cancellation);
                Sent += count;
                data = data[count..];
            }

            return true;
        }
        catch (SocketException error)
        {
            Note(error.SocketErrorCode);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Reads until <paramref name="count"/> octets have come; false when the connection ended before.</summary>
    public async Task<bool> ReadExactlyAsync(int count)
    {
        while (count > 0)
        {
            var read = await ReceiveAsync(Math.Min(count, Bin.Length));
            if (read <= 0)
            {
                return false;
            }

            count -= read;
        }

        return true;
    }

    /// <summary>Reads and discards until the end of the stream or an error, and notes which it was.</summary>
    public async Task<PeerSaw> ReadToEndAsync()
    {
        while (await ReceiveAsync(Bin.Length) > 0)
        {
        }

        return Saw;
    }

    /// <summary>Reads the client's request.</summary>
    public Task<bool> ReadRequestAsync() => ReadExactlyAsync(Request.Length);

    /// <summary>Reads the server's reply.</summary>
    public Task<bool> ReadReplyAsync() => ReadExactlyAsync(Reply.Length);

    /// <summary>Sends the client's request.</summary>
    public Task<bool> SendRequestAsync() => SendAsync(Request);

    /// <summary>Sends the server's reply.</summary>
    public Task<bool> SendReplyAsync() => SendAsync(Reply);

    /// <summary>One receive; 0 at the end of the stream, -1 after an error that was noted.</summary>
    public Task<int> ReceiveAsync(int atMost) => ReceiveAsync(Bin.AsMemory(0, atMost));

    /// <summary>One receive into a buffer; 0 at the end of the stream, -1 after an error that was noted.</summary>
    public async Task<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            var count = await Socket.ReceiveAsync(buffer, _connection.Cancellation);
            Count(count);
            return count;
        }
        catch (SocketException error)
        {
            Note(error.SocketErrorCode);
            return -1;
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <summary><see cref="Socket.Shutdown"/>.</summary>
    public void Shutdown(SocketShutdown how)
    {
        Testify(how == SocketShutdown.Receive ? null : CloseEventKind.Closed);
        Ignore(() => Socket.Shutdown(how));
    }

    /// <summary><see cref="Socket.Close()"/>.</summary>
    public void Close()
    {
        Testify(Socket.LingerState is { Enabled: true, LingerTime: 0 } ? CloseEventKind.Aborted : CloseEventKind.Closed);
        Socket.Close();
    }

    /// <summary><see cref="Socket.Close(int)"/>: with 0 the abort, with more the milliseconds to wait for what was not sent.</summary>
    public void Close(int timeoutMilliseconds)
    {
        Testify(timeoutMilliseconds == 0 ? CloseEventKind.Aborted : CloseEventKind.Closed);
        Socket.Close(timeoutMilliseconds);
    }

    /// <summary><see cref="Socket.Dispose()"/>.</summary>
    public void Dispose()
    {
        Testify(CloseEventKind.Closed);
        Socket.Dispose();
    }

    /// <summary><see cref="Socket.DisconnectAsync(bool, CancellationToken)"/>.</summary>
    public async Task DisconnectAsync(bool reuseSocket)
    {
        Testify(CloseEventKind.Closed);
        await Socket.DisconnectAsync(reuseSocket);
    }

    /// <summary>Sets linger 0, so that the next close aborts: <see cref="Socket.LingerState"/>.</summary>
    public void LingerZero() => Socket.LingerState = new LingerOption(true, 0);

    /// <summary>Counts octets that the application read some other way, and the end of the stream when there were none.</summary>
    public void Count(int read)
    {
        if (read > 0)
        {
            Read += read;
        }
        else
        {
            Saw = Saw == PeerSaw.Unknown ? PeerSaw.EndOfStream : Saw;
            Testify(CloseEventKind.EndOfStream);
        }
    }

    /// <summary>Counts octets that the application sent some other way.</summary>
    public void CountSent(long sent) => Sent += sent;

    /// <summary>Notes an error that the application was told some other way.</summary>
    public void Note(SocketError error)
    {
        var (saw, kind) = error switch
        {
            SocketError.ConnectionReset => (PeerSaw.Reset, CloseEventKind.ResetSeen),
            SocketError.ConnectionRefused => (PeerSaw.Refused, CloseEventKind.Refused),
            SocketError.TimedOut => (PeerSaw.TimedOut, CloseEventKind.TimedOut),
            SocketError.Shutdown => (PeerSaw.BrokenPipe, (CloseEventKind?)null),
            _ => (PeerSaw.Unknown, null),
        };
        Saw = Saw is PeerSaw.Unknown or PeerSaw.EndOfStream ? saw : Saw;
        Testify(kind);
    }

    /// <summary>Notes an exception that a stream threw over this socket.</summary>
    public void Note(Exception error)
    {
        if (error as SocketException is { } direct)
        {
            Note(direct.SocketErrorCode);
        }
        else if (error.InnerException is { } inner)
        {
            Note(inner);
        }
    }

    /// <summary>Notes that the application asked for an orderly end some other way.</summary>
    public void NoteClosed() => Testify(CloseEventKind.Closed);

    /// <summary>Notes that the application asked for a reset some other way.</summary>
    public void NoteAborted() => Testify(CloseEventKind.Aborted);

    /// <summary>Lets the other side's <see cref="Until"/> go on.</summary>
    public void Announce(string step) => _connection.Step(step).TrySetResult();

    /// <summary>Waits until the other side announces a step.</summary>
    public Task Until(string step) => _connection.Step(step).Task.WaitAsync(_connection.Cancellation);

    /// <summary>Waits until the kernel shows this socket in a state, such as FIN-WAIT-2 once our FIN was acknowledged.</summary>
    public Task UntilState(TcpState state) =>
        UntilTrue(() => KernelView.StateOf(Socket) == state, $"the kernel shows {state}");

    /// <summary>Waits until everything sent was acknowledged by the other kernel.</summary>
    public Task UntilAcknowledged() =>
        UntilTrue(() => KernelView.IsAllAcknowledged(Socket), "everything sent is acknowledged");

    /// <summary>Waits until octets can be read, and leaves them unread.</summary>
    public Task UntilReadable(int octets = 1) =>
        UntilTrue(() => Socket.Available >= octets, $"{octets} octets can be read");

    /// <summary>Ends what this side is waiting for when the run is given up.</summary>
    public CancellationToken Cancellation => _connection.Cancellation;

    /// <summary>Waits for a condition of the kernel's, looking once a millisecond for at most ten seconds.</summary>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public Task UntilTrue(Func<bool> condition, string what) => Condition.UntilAsync(condition, what, Cancellation);

    private void Testify(CloseEventKind? kind)
    {
        if (kind is { } known)
        {
            _connection.Testify(Side, known);
        }
    }

    private static void Ignore(Action action)
    {
        try
        {
            action();
        }
        catch (SocketException)
        {
            // The other side has already ended it; that is part of the result.
        }
    }
}
