using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Sockets;
using Farewell.Tests.Sessions;

namespace Farewell.Tests.Http;

/// <summary>What the application had set on its handler goes on working.</summary>
public sealed class CompositionTests : IDisposable
{
    private readonly RawHttpServer _server = RawHttpServer.Start(RawHttpServer.AnswerAsync);
    private readonly ConcurrentQueue<HttpEnding> _ended = [];
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _server.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task AConnectCallbackThatReturnsANetworkStream_StillDials()
    {
        var dialled = 0;
        await AskAsync(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                dialled++;
                return await DialAsync(context, cancellation);
            },
        });
        dialled.ShouldBe(1);
        (await EndedAsync()).End.Kind.ShouldBe(SocketEndKind.UnheldFin);
    }

    [Fact]
    public async Task AConnectCallbackWithAStreamOfItsOwn_KeepsIt_AndThatIsTold()
    {
        Counted? made = null;
        await AskAsync(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) => made = new Counted(await DialAsync(context, cancellation)),
        });
        made!.Disposed.ShouldBeTrue();
        made.Octets.ShouldBeGreaterThan(0);
        await _server.Served;
        _ended.ShouldBeEmpty("how it ends is its own affair");
        _log.All.Single().ShouldContain("its stream is Counted, not a NetworkStream over TCP");
    }

    [Fact]
    public async Task APlaintextFilter_StaysBelowTheWatch()
    {
        Counted? made = null;
        await AskAsync(new SocketsHttpHandler
        {
            PlaintextStreamFilter = (context, _) => new(made = new Counted(context.PlaintextStream)),
        });
        made!.Octets.ShouldBeGreaterThan(0);
        var ended = await EndedAsync();
        (ended.Use, ended.End.Kind).ShouldBe((HttpUse.Idle, SocketEndKind.UnheldFin));
    }

    [Fact]
    public async Task TheLastOfTwoCalls_Counts()
    {
        await AskAsync(new SocketsHttpHandler().UseFarewell(options => options.OnEnded = _ => throw new InvalidOperationException("replaced")));
        (await EndedAsync()).End.Kind.ShouldBe(SocketEndKind.UnheldFin);
        _log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task AfterTheFirstRequest_ItIsTooLate()
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler);
        await client.GetStringAsync(_server.Address);
        Should.Throw<InvalidOperationException>(() => handler.UseFarewell());
    }

    [Fact]
    public void NonsenseIsRefused()
    {
        using var handler = new SocketsHttpHandler();
        Should.Throw<ArgumentOutOfRangeException>(() => handler.UseFarewell(options => options.MostRunning = 0)).ParamName.ShouldBe("MostRunning");
        Should.Throw<ArgumentOutOfRangeException>(() => handler.UseFarewell(options => options.Drain = new(TimeSpan.Zero, 1))).ParamName.ShouldBe("Drain");
        Should.Throw<ArgumentOutOfRangeException>(() => handler.UseFarewell(options => options.Departure = (Departure)9)).ParamName.ShouldBe("Departure");
        handler.ConnectCallback.ShouldBeNull();
    }

    [Fact]
    public async Task AServerThatRefuses_IsTheErrorThatItAlwaysWas()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new HttpClient(new SocketsHttpHandler().UseFarewell());
        var error = await Should.ThrowAsync<HttpRequestException>(client.GetAsync($"http://{nobody.LocalEndPoint}/"));
        error.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        error.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    private async Task AskAsync(SocketsHttpHandler handler)
    {
        using var client = new HttpClient(handler.UseFarewell(options =>
        {
            (options.Departure, options.OnEnded, options.Logger) = (Departure.UnheldFin, _ended.Enqueue, _log);
        }));
        (await client.GetStringAsync(_server.Address)).ShouldBe("hello");
    }

    private async Task<HttpEnding> EndedAsync()
    {
        await Eventually.HoldsAsync(() => !_ended.IsEmpty, () => "the connection ends");
        return _ended.ShouldHaveSingleItem();
    }

    private static async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Passes on and counts.</summary>
    private sealed class Counted(Stream inner) : Stream
    {
        public int Octets { get; private set; }

        public bool Disposed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await inner.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Octets += buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Disposed = true;
                inner.Dispose();
            }
        }
    }
}
