using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Listening;
using Farewell.Testing;
using Farewell.Tests.Sockets;

namespace Farewell.Tests.Listening;

[SupportedOSPlatform("linux")]
public sealed class AcceptorTests : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    [Fact]
    public async Task RunAsync_AcceptsUntilCancelled_AndDrainTakesTheRest()
    {
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        using var acceptor = new Acceptor(listener);
        using var end = new CancellationTokenSource();
        var accepted = 0;
        var running = acceptor.RunAsync(socket => { Keep(socket); accepted++; }, end.Token);
        var first = Enumerable.Range(0, 10).Select(_ => Dial(listener)).ToList();
        await Eventually.HoldsAsync(() => Volatile.Read(ref accepted) == 10, () => "all are accepted");
        await end.CancelAsync();
        await running.WaitAsync(Eventually.Limit);

        var late = Enumerable.Range(0, 20).Select(_ => Dial(listener)).ToList();
        acceptor.Drain(Tell, atMost: 5).ShouldBe(5);
        acceptor.Drain(Tell).ShouldBe(15);
        acceptor.Drain(Tell).ShouldBe(0);
        acceptor.Dispose();
        foreach (var dialled in late)
        {
            (await Conversation.ReadExactlyAsync(dialled, 1)).ShouldBe([7]);
        }

        first.ShouldAllBe(socket => !socket.Poll(0, SelectMode.SelectRead));

        void Tell(Socket socket)
        {
            Keep(socket).Blocking.ShouldBeTrue();
            socket.Send([7]);
        }
    }

    [Fact]
    public async Task AConnectionThatNobodyTakes_IsAborted_AndAcceptingGoesOn()
    {
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        using var acceptor = new Acceptor(listener);
        using var end = new CancellationTokenSource();
        var accepted = 0;
        var running = acceptor.RunAsync(socket => _ = ++accepted == 1 ? throw new InvalidOperationException("not today") : Keep(socket), end.Token);
        (await Conversation.ReadToEndAsync(Dial(listener))).Reset.ShouldBeTrue();
        Dial(listener);
        await Eventually.HoldsAsync(() => Volatile.Read(ref accepted) == 2, () => "the second is accepted");
        await end.CancelAsync();
        await running.WaitAsync(Eventually.Limit);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AListenerSharedWithASuccessor_OutlivesTheStop(bool orderly)
    {
        var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        var endPoint = listener.LocalEndPoint!;
        var copy = Libc.Control((int)listener.SafeHandle.DangerousGetHandle(), 1030, 0);
        using var successor = new Acceptor(new InheritedListener("copy", copy).Open());
        using var end = new CancellationTokenSource();
        var acceptor = new Acceptor(listener);
        var running = acceptor.RunAsync(_ => throw new InvalidOperationException("nobody dials"), end.Token);
        if (orderly)
        {
            await end.CancelAsync();
            await running.WaitAsync(Eventually.Limit);
            acceptor.Dispose();
        }
        else
        {
            acceptor.Dispose();
            await end.CancelAsync();
            await running.WaitAsync(Eventually.Limit);
        }

        var dialled = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await dialled.ConnectAsync(endPoint);
        successor.Drain(socket => Keep(socket)).ShouldBe(1);
    }

    [Fact]
    public async Task OutOfDescriptors_PausesOnce_AndGoesOn()
    {
        Require.Linux();
        using var child = ChildProcess.Start(Child.Starve, "10");
        var port = int.Parse((await child.UntilAsync("ready")).ShouldHaveSingleItem());
        for (var i = 0; i < 40; i++)
        {
            await Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ConnectAsync(IPAddress.Loopback, port);
        }

        var lines = await child.UntilAsync("paused TooManyOpenSockets");
        lines.Count.ShouldBeInRange(2, 30, "those for whom there were descriptors");
        while (!lines.Contains("accepted 40"))
        {
            child.Say("release");
            lines.AddRange(await child.UntilAsync($"accepted {lines.Count + 1}"));
            lines.Add($"accepted {lines.Count + 1}");
        }

        // Only when nobody waits any more is it over: once told, however often a descriptor was given back.
        lines.ShouldBe(Enumerable.Range(1, 40).Select(i => $"accepted {i}"));
        (await child.UntilAsync("resumed TooManyOpenSockets")).ShouldBeEmpty();
        (await child.EndAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SocketError.ConnectionAborted, AcceptFailure.Next)]
    [InlineData(SocketError.TooManyOpenSockets, AcceptFailure.Pause)]
    [InlineData(SocketError.NoBufferSpaceAvailable, AcceptFailure.Pause)]
    [InlineData(SocketError.SocketError, AcceptFailure.Pause)]
    [InlineData(SocketError.NotSocket, AcceptFailure.Fatal)]
    public void FailuresAreSorted(SocketError error, AcceptFailure expected) => AcceptFailures.Of(error).ShouldBe(expected);

    private Socket Dial(Socket listener)
    {
        var socket = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(listener.LocalEndPoint!);
        return socket;
    }

    private Socket Keep(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }
}
