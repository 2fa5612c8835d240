using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>A client that speaks HTTP/1 by hand, so that what its socket saw is known.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HttpClientSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly MemoryStream _read = new();

    private HttpClientSocket(Socket socket) => _socket = socket;

    public Socket Socket => _socket;

    public string Text => Encoding.Latin1.GetString(_read.GetBuffer(), 0, (int)_read.Length);

    public ReadOnlySpan<byte> Octets => _read.GetBuffer().AsSpan(0, (int)_read.Length);

    public static async Task<HttpClientSocket> DialAsync(VethNetwork network, IPEndPoint server, int? receiveBuffer = null, int port = 0)
    {
        var socket = network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        if (port > 0)
        {
            socket.Bind(new IPEndPoint(VethNetwork.ClientAddress, port));
        }

        await socket.ConnectAsync(server);
        return new HttpClientSocket(socket);
    }

    public async Task SayAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    public Task GetAsync(string path = "/", string fields = "", string version = "1.1") => SayAsync($"GET {path} HTTP/{version}\r\nHost: a\r\n{fields}\r\n");

    /// <summary>Reads a response that has a Content-Length or none; what was read before is forgotten.</summary>
    public async Task<string> ReadResponseAsync()
    {
        _read.SetLength(0);
        while (true)
        {
            var text = Text;
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && _read.Length - end - 4 >= LengthOf(text[..(end + 2)]))
            {
                return text;
            }

            (await ReadAsync()).ShouldBeGreaterThan(0, $"the connection ended within a response: {text}");
        }
    }

    /// <summary>Reads until this has come, behind whatever was read before.</summary>
    public async Task ReadUntilAsync(string text)
    {
        while (!Text.Contains(text, StringComparison.Ordinal))
        {
            (await ReadAsync()).ShouldBeGreaterThan(0, $"the connection ended before '{text}': {Text}");
        }
    }

    /// <summary>Reads to the end, or to a reset.</summary>
    /// <param name="pause">How long to wait after every 64 KiB.</param>
    public async Task<bool> ReadToEndAsync(TimeSpan pause = default)
    {
        try
        {
            while (await ReadAsync() > 0)
            {
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause);
                }
            }

            return true;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReadAsync()
    {
        var start = (int)_read.Length;
        _read.SetLength(start + (64 * 1024));
        var count = 0;
        try
        {
            count = await _socket.ReceiveAsync(_read.GetBuffer().AsMemory(start, 64 * 1024)).AsTask().WaitAsync(Eventually.Limit);
            return count;
        }
        finally
        {
            _read.SetLength(start + count);
        }
    }

    private static int LengthOf(string head)
    {
        const string Field = "\r\nContent-Length: ";
        var at = head.IndexOf(Field, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(head[(at + Field.Length)..head.IndexOf("\r\n", at + 2, StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }
}
