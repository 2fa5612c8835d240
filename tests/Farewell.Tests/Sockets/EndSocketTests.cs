using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Farewell.Sockets;
using Farewell.Tcp.Endings;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Sockets;

/// <summary>What each operation makes of a connection that is not as it should be; over loopback.</summary>
[SupportedOSPlatform("linux")]
public sealed class EndSocketTests : IDisposable
{
    private static readonly DrainLimit Patient = DrainLimit.Default with { Time = Eventually.Limit };

    private readonly Socket _own;
    private readonly Socket _peer;

    public EndSocketTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _own = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _own.Connect(listener.LocalEndPoint!);
        _peer = listener.Accept();
    }

    public void Dispose()
    {
        _own.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public async Task Orderly_AbortsAPeerThatNeverEnds_WhenTheTimeIsUp()
    {
        var clock = new FakeTimeProvider();
        var ending = EndSocket.OrderlyAsync(_own, DrainLimit.Default, time: clock).AsTask();
        (await Conversation.ReadToEndAsync(_peer)).ShouldBe((0, false), "the FIN comes at once");
        ending.IsCompleted.ShouldBeFalse();
        clock.Advance(DrainLimit.Default.Time);
        var end = await ending.WaitAsync(Eventually.Limit);
        end.Kind.ShouldBe(SocketEndKind.DrainTimedOut);
        end.IsForced.ShouldBeTrue();
        await EventuallyBrokenAsync();
    }

    [Fact]
    public async Task Orderly_LeavesAPeerThatReadsSlowlyToTheKernel_WhereTheLimitReleases()
    {
        var clock = new FakeTimeProvider();
        await _own.SendAsync(new byte[100_000]);
        var ending = EndSocket.OrderlyAsync(_own, DrainLimit.Default with { Releases = true }, time: clock).AsTask();
        ending.IsCompleted.ShouldBeFalse();
        clock.Advance(DrainLimit.Default.Time);
        var end = await ending.WaitAsync(Eventually.Limit);
        (end.Kind, end.HoldsTimeWait, end.IsForced).ShouldBe((SocketEndKind.Released, true, false));
        (await Conversation.ReadToEndAsync(_peer)).ShouldBe((100_000, false), "everything, and the end of the stream");
    }

    [Fact]
    public async Task Orderly_AbortsAPeerThatDrips_WhenTheTimeIsUp()
    {
        var clock = new FakeTimeProvider();
        var ending = EndSocket.OrderlyAsync(_own, DrainLimit.Default, time: clock).AsTask();
        for (var i = 0; i < 3; i++)
        {
            await _peer.SendAsync(new byte[1]);
            await Eventually.HoldsAsync(() => _own.Available == 0, () => "the octet is drained");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await ending.WaitAsync(Eventually.Limit)).ShouldBe(new SocketEnd(SocketEndKind.DrainTimedOut, 3));
    }

    [Fact]
    public async Task Orderly_AbortsAPeerThatFloods()
    {
        var ending = EndSocket.OrderlyAsync(_own, Patient with { Octets = 999 }).AsTask();
        await _peer.SendAsync(new byte[1000]);
        var end = await ending.WaitAsync(Eventually.Limit);
        end.ShouldBe(new SocketEnd(SocketEndKind.DrainOverflowed, 1000));
        end.Evidence(default).Select(e => e.Kind).ShouldBe([CloseEventKind.Closed, CloseEventKind.Aborted]);
    }

    [Fact]
    public async Task Orderly_DiscardsAsMuchAsAllowed()
    {
        await _peer.SendAsync(new byte[999]);
        EndSocket.UnheldFin(_peer).Kind.ShouldBe(SocketEndKind.UnheldFin);
        var end = await EndSocket.OrderlyAsync(_own, Patient with { Octets = 999 });
        end.Discarded.ShouldBe(999);
        end.IsForced.ShouldBeFalse();
    }

    [Fact]
    public async Task Orderly_IsGivenUpByItsCaller()
    {
        using var cancellation = new CancellationTokenSource();
        var ending = EndSocket.OrderlyAsync(_own, Patient, cancellation: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        (await ending.WaitAsync(Eventually.Limit)).Kind.ShouldBe(SocketEndKind.DrainCancelled);
    }

    [Fact]
    public async Task Orderly_IsOvertakenByAnAbort()
    {
        var ending = EndSocket.OrderlyAsync(_own, Patient).AsTask();
        EndSocket.Abort(_own).Kind.ShouldBe(SocketEndKind.Reset);
        (await ending.WaitAsync(Eventually.Limit)).Kind.ShouldBe(SocketEndKind.DrainCancelled);
    }

    [Fact]
    public async Task Orderly_EndsTheCallersOwnReadFirst()
    {
        using var cancellation = new CancellationTokenSource();
        var pending = _own.ReceiveAsync(new byte[10].AsMemory(), cancellation.Token).AsTask();
        var ending = EndSocket.OrderlyAsync(_own, Patient, new(cancellation, pending)).AsTask();
        (await Conversation.ReadToEndAsync(_peer)).ShouldBe((0, false), "a FIN, no RST");
        EndSocket.Passive(_peer).Kind.ShouldBe(SocketEndKind.Passive);
        (await ending.WaitAsync(Eventually.Limit)).Kind.ShouldBe(SocketEndKind.Orderly);
        await Should.ThrowAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task Orderly_AbortsIfTheCallersReadDoesNotEnd()
    {
        var clock = new FakeTimeProvider();
        var ending = EndSocket.OrderlyAsync(_own, DrainLimit.Default, new(null, new TaskCompletionSource().Task), clock).AsTask();
        clock.Advance(DrainLimit.Default.Time);
        (await ending.WaitAsync(Eventually.Limit)).Kind.ShouldBe(SocketEndKind.Reset);
        (await Conversation.ReadToEndAsync(_peer)).Reset.ShouldBeTrue();
    }

    [Theory]
    [InlineData(false, false, SocketEndKind.ResetByPeerAfterFin)]
    [InlineData(false, true, SocketEndKind.ResetByPeerAfterFin)]
    [InlineData(true, false, SocketEndKind.ResetByPeer)]
    [InlineData(true, true, SocketEndKind.ResetByPeer)]
    public async Task Orderly_TellsThePeersReset(bool before, bool byDescriptor, SocketEndKind expected)
    {
        if (before)
        {
            EndSocket.Abort(_peer);
            await Eventually.HoldsAsync(() => _own.Poll(0, SelectMode.SelectError), () => "the reset arrives");
        }

        var drain = byDescriptor ? EndSocket.BeginOrderly(Conversation.Descriptor(_own), 1, 1) : default;
        var ending = byDescriptor ? null : EndSocket.OrderlyAsync(_own, Patient).AsTask();
        if (!before)
        {
            EndSocket.Abort(_peer);
        }

        SocketEnd end = default;
        await Eventually.HoldsAsync(
            () => (end = byDescriptor ? EndSocket.ContinueOrderly(ref drain, 0) : ending!.IsCompleted ? ending.Result : default) != default,
            () => "it ends");
        end.Kind.ShouldBe(expected);
    }

    [Fact]
    public async Task Orderly_AfterThePeersFin_IsPassive()
    {
        _peer.Shutdown(SocketShutdown.Send);
        await Eventually.HoldsAsync(() => _own.Poll(0, SelectMode.SelectRead), () => "the FIN arrives");
        var end = await EndSocket.OrderlyAsync(_own, Patient);
        end.Kind.ShouldBe(SocketEndKind.Passive);
        end.Evidence(default).Select(e => e.Kind).ShouldBe([CloseEventKind.EndOfStream, CloseEventKind.Closed]);
    }

    [Fact]
    public async Task Orderly_RefusesALimitWithoutSense() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await EndSocket.OrderlyAsync(_own, default));

    [Theory]
    [InlineData(0, 1, SocketEndKind.DrainTimedOut)]
    [InlineData(500, 0, SocketEndKind.DrainOverflowed)]
    public async Task AnEventLoopsDrain_HasTheSameLimits(int sent, long now, SocketEndKind expected)
    {
        var drain = EndSocket.BeginOrderly(Conversation.Descriptor(_own), octets: 499, deadline: 1);
        (await Conversation.ReadToEndAsync(_peer)).ShouldBe((0, false));
        EndSocket.ContinueOrderly(ref drain, now: 0).ShouldBe(default);
        _peer.Send(new byte[sent]).ShouldBe(sent);
        EndSocket.ContinueOrderly(ref drain, now).ShouldBe(new SocketEnd(expected, sent));
        await EventuallyBrokenAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UnheldFin_DiscardsALittleThatLiesUnread(bool byDescriptor)
    {
        await _peer.SendAsync(new byte[1000]);
        await Eventually.HoldsAsync(() => _own.Available == 1000, () => "the octets arrive");
        (byDescriptor ? EndSocket.UnheldFin(Conversation.Descriptor(_own)) : EndSocket.UnheldFin(_own))
            .ShouldBe(new SocketEnd(SocketEndKind.UnheldFin, 1000));
        (await Conversation.ReadToEndAsync(_peer)).ShouldBe((0, false));
    }

    [Fact]
    public async Task UnheldFin_ResetsOverMuchThatLiesUnread()
    {
        _own.ReceiveBufferSize = 512 * 1024;
        await _peer.SendAsync(new byte[100_000]);
        await Eventually.HoldsAsync(() => _own.Available == 100_000, () => "the octets arrive");
        EndSocket.UnheldFin(_own).Kind.ShouldBe(SocketEndKind.Reset);
        (await Conversation.ReadToEndAsync(_peer)).Reset.ShouldBeTrue();
    }

    [Fact]
    public void UnheldFin_RefusesASocketThatWasShutDown()
    {
        _own.Shutdown(SocketShutdown.Send);
        Should.Throw<InvalidOperationException>(() => EndSocket.UnheldFin(_own)).Message.ShouldContain("TIME_WAIT");
        _own.Poll(0, SelectMode.SelectWrite).ShouldBeTrue("it is still open");
    }

    [Fact]
    public async Task UnheldFin_AfterThePeersFin_IsPassive()
    {
        _peer.Shutdown(SocketShutdown.Send);
        await Eventually.HoldsAsync(() => _own.Poll(0, SelectMode.SelectRead), () => "the FIN arrives");
        EndSocket.UnheldFin(_own).Kind.ShouldBe(SocketEndKind.Passive);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, false)]
    [InlineData(10, true)]
    public async Task Passive_RefusesWhatIsNotAtItsEnd(int unread, bool ended)
    {
        await _peer.SendAsync(new byte[unread]);
        if (ended)
        {
            _peer.Shutdown(SocketShutdown.Send);
        }

        await Eventually.HoldsAsync(() => _own.Available == unread, () => "the octets arrive");
        Should.Throw<InvalidOperationException>(() => EndSocket.Passive(_own)).Message.ShouldContain("OrderlyAsync");
        _own.Available.ShouldBe(unread, "nothing was consumed");
    }

    [Fact]
    public async Task Passive_TellsThePeersReset()
    {
        EndSocket.Abort(_peer);
        await Eventually.HoldsAsync(() => _own.Poll(0, SelectMode.SelectRead), () => "the reset arrives");
        EndSocket.Passive(_own).Kind.ShouldBe(SocketEndKind.ResetByPeer);
    }

    [Fact]
    public async Task EverythingIsQuietOnASocketAlreadyDisposed()
    {
        _own.Dispose();
        EndSocket.Abort(_own).Kind.ShouldBe(SocketEndKind.Reset);
        EndSocket.UnheldFin(_own).Kind.ShouldBe(SocketEndKind.DrainCancelled);
        EndSocket.Passive(_own).Kind.ShouldBe(SocketEndKind.DrainCancelled);
        (await EndSocket.OrderlyAsync(_own, Patient)).Kind.ShouldBe(SocketEndKind.Reset);
    }

    [Fact]
    public void NoOtherFileOfTheLibraryEndsASocket()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Farewell.slnx")))
        {
            folder = folder.Parent;
        }

        var ends = new Regex(@"\.Shutdown\(SocketShutdown|\bLibc\.(Shutdown|Close)\(|\b_?socket\.(Dispose|Close)\(|\.Disconnect(Async)?\(", RegexOptions.IgnoreCase);
        Directory.EnumerateFiles(Path.Combine(folder!.FullName, "src", "Farewell"), "*.cs", SearchOption.AllDirectories)
            .Where(file => ends.IsMatch(File.ReadAllText(file))).Select(Path.GetFileName)
            .ShouldBe(["EndSocket.cs", "Epoll.cs", "TakeOver.cs"], ignoreOrder: true, "Epoll closes its own descriptors, and TakeOver one of two that a connection has: neither ends one");
    }

    private Task EventuallyBrokenAsync() => Eventually.HoldsAsync(
        () =>
        {
            try
            {
                _peer.Send(new byte[1]);
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        },
        () => "the RST arrives");
}
