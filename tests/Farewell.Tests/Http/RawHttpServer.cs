using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Farewell.Tests.Http;

/// <summary>A server of one page that is nothing but sockets, so that a test decides what it does when, and knows what it saw.</summary>
internal sealed class RawHttpServer : IDisposable
{
    public const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private readonly Socket _listener;
    private readonly List<Socket> _accepted = [];
    private readonly List<Task> _work = [];

    private RawHttpServer(Socket listener, Func<RawHttpServer, Socket, Task> serve)
    {
        _listener = listener;
        _ = AcceptAsync(serve);
    }

    public Uri Address => new($"http://{_listener.LocalEndPoint}/");

    public int Accepted
    {
        get
        {
            lock (_accepted)
            {
                return _accepted.Count;
            }
        }
    }

    /// <summary>Done when everything that was accepted is served.</summary>
    public Task Served
    {
        get
        {
            lock (_accepted)
            {
                return Task.WhenAll(_work).WaitAsync(Eventually.Limit);
            }
        }
    }

    public static RawHttpServer Start(Func<RawHttpServer, Socket, Task> serve, Socket? listener = null)
    {
        if (listener is null)
        {
            listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(512);
        }

        return new RawHttpServer(listener, serve);
    }

    /// <summary>Answers every request, and at the end of the stream closes.</summary>
    public static async Task AnswerAsync(RawHttpServer server, Socket socket)
    {
        while (await ReadRequestAsync(socket) is not null)
        {
            await SayAsync(socket, Hello);
        }

        socket.Dispose();
    }

    /// <summary>Reads a request without a body; null at the end of the stream. A reset is thrown.</summary>
    public static async Task<string?> ReadRequestAsync(Socket socket)
    {
        var text = new StringBuilder();
        var piece = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(piece);
            if (count == 0)
            {
                return null;
            }

            text.Append(Encoding.ASCII.GetString(piece, 0, count));
        }

        return text.ToString();
    }

    public static async Task SayAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    public void Dispose()
    {
        _listener.Dispose();
        lock (_accepted)
        {
            _accepted.ForEach(socket => socket.Dispose());
        }
    }

    private async Task AcceptAsync(Func<RawHttpServer, Socket, Task> serve)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                lock (_accepted)
                {
                    _accepted.Add(socket);
                    _work.Add(Task.Run(() => serve(this, socket)));
                }
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is.
        }
    }
}
