using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Farewell.Tests.Protocols;

/// <summary>The other side of a hosted connection: a bare socket that says what it is told to.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _room = new byte[64 * 1024];
    private string _read = "";

    public Peer(IPEndPoint server, int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size)
        {
            _socket.ReceiveBufferSize = size;
        }

        _socket.Connect(server);
    }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Say(string text) => _socket.Send(Encoding.ASCII.GetBytes(text));

    public Task SayAsync(ReadOnlyMemory<byte> octets) => _socket.SendAsync(octets).AsTask();

    /// <summary>Reads until a text has come, and gives everything up to it.</summary>
    public async Task<string> UntilAsync(string text)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (!_read.Contains(text, StringComparison.Ordinal))
        {
            var count = await _socket.ReceiveAsync(_room.AsMemory(), limit.Token);
            count.ShouldBeGreaterThan(0, $"the stream ended before '{text}', after '{_read}'");
            _read += Encoding.ASCII.GetString(_room, 0, count);
        }

        var end = _read.IndexOf(text, StringComparison.Ordinal) + text.Length;
        var until = _read[..end];
        _read = _read[end..];
        return until;
    }

    /// <summary>Reads so many octets.</summary>
    public async Task SkipAsync(int count)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (count > 0)
        {
            var read = await _socket.ReceiveAsync(_room.AsMemory(0, Math.Min(count, _room.Length)), limit.Token);
            read.ShouldBeGreaterThan(0, $"the stream ended {count} octets too early");
            count -= read;
        }
    }

    public void End() => _socket.Shutdown(SocketShutdown.Send);

    public void Reset() => _socket.Close(0);

    /// <summary>Reads to the end of the stream.</summary>
    /// <returns>What came, and how it ended.</returns>
    public async Task<(string Read, SocketError How)> ToEndAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            while (await _socket.ReceiveAsync(_room.AsMemory(), limit.Token) is > 0 and var count)
            {
                _read += Encoding.ASCII.GetString(_room, 0, count);
            }

            return (_read, SocketError.Success);
        }
        catch (SocketException error)
        {
            return (_read, error.SocketErrorCode);
        }
    }

    public void Dispose() => _socket.Dispose();
}
