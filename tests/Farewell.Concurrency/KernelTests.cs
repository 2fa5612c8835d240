using System.Runtime.InteropServices;

namespace Farewell.Concurrency;

/// <summary>What the kernel in memory must be like, since the event loops are explored over it.</summary>
public sealed class KernelTests
{
    private const int ConnectionReset = 104;
    private const int BrokenPipe = 32;
    private const int Again = 11;
    private const uint In = 0x1;
    private const uint Out = 0x4;
    private const uint Edge = 1u << 31;

    [Fact]
    public void ADescriptorUsedAfterItWasClosed_IsFound() =>
        Find(_ =>
        {
            var descriptor = CLibrary.socket(2, 1, 0);
            CLibrary.close(descriptor);
            Receive(descriptor);
        }).ShouldBe("descriptors: recv on 3, which is closed");

    [Fact]
    public void AConnectionLeftOpen_IsFound() =>
        Find(run =>
        {
            var (one, _) = run.Network.Pair();
            one.Dispose();
        }).ShouldBe("descriptors: 4 (a connection) left open");

    [Fact]
    public void TheLowestFreeNumber_IsGivenOut() =>
        Find(run =>
        {
            var (one, other) = run.Network.Pair();
            one.Dispose();
            var next = CLibrary.socket(2, 1, 0);
            ThrowUnless(next == 3, $"number: {next}");
            CLibrary.close(next);
            other.Dispose();
        }).ShouldBeNull();

    [Theory]
    [InlineData(In, 1)]
    [InlineData(In | Edge, 0)]
    public void WhatIsReady_IsToldAgain_UnlessForEdges(uint interest, int told) =>
        Find(run =>
        {
            var (one, other) = run.Network.Pair();
            var epoll = CLibrary.epoll_create1(0);
            Watch(epoll, one, interest);
            ThrowUnless(Wait(epoll) == 0, "ready: nothing has come yet");
            Send(other, 1);
            ThrowUnless(Wait(epoll) == 1, "ready: an octet has come");
            ThrowUnless(Wait(epoll) == told, "ready: nothing more has come");
            Send(other, 1);
            ThrowUnless(Wait(epoll) == 1, "ready: another octet has come");
            one.Close(0);
            other.Close(0);
        }).ShouldBeNull();

    [Fact]
    public void Room_IsToldToWhoLackedIt() =>
        Find(run =>
        {
            var (one, other) = run.Network.Pair();
            var epoll = CLibrary.epoll_create1(0);
            Watch(epoll, one, Out | Edge);
            ThrowUnless(Wait(epoll) == 1, "ready: there is room");
            Receive(Descriptor(other));
            ThrowUnless(Wait(epoll) == 0, "ready: nobody lacked room");
            while (Send(one, 100) > 0)
            {
                // Until it is full.
            }

            ThrowUnless(Marshal.GetLastPInvokeError() == Again, "errno: it is full");
            Wait(epoll);
            ThrowUnless(Wait(epoll) == 0, "ready: there is none");
            Receive(Descriptor(other));
            ThrowUnless(Wait(epoll) == 1, "ready: there is room again");
            one.Close(0);
            other.Close(0);
        }).ShouldBeNull();

    [Fact]
    public void AReset_IsToldOnce_BehindWhatCameBefore() =>
        Find(run =>
        {
            var (one, other) = run.Network.Pair();
            Send(other, 5);
            other.Close(0);
            ThrowUnless(Receive(Descriptor(one)) > 0, "sequence: what came before it is read first");
            while (Receive(Descriptor(one)) > 0)
            {
                // The rest of it.
            }

            ThrowUnless(Marshal.GetLastPInvokeError() == ConnectionReset, $"errno: {Marshal.GetLastPInvokeError()}");
            ThrowUnless(Receive(Descriptor(one)) == 0, "sequence: told once, then it is the end");
            ThrowUnless(Send(one, 1) < 0 && Marshal.GetLastPInvokeError() == BrokenPipe, "errno: nobody is there to send to");
            one.Dispose();
        }).ShouldBeNull();

    [Fact]
    public void OctetsUnreadAtAClose_AreAReset() =>
        Find(run =>
        {
            var (one, other) = run.Network.Pair();
            Send(other, 5);
            one.Dispose();
            ThrowUnless(Receive(Descriptor(other)) < 0 && Marshal.GetLastPInvokeError() == ConnectionReset, "order: no reset");
            other.Dispose();
        }).ShouldBeNull();

    [Fact]
    public void AThreadThatWaitsForWork_HoldsNoRun() =>
        Find(_ =>
        {
            var epoll = CLibrary.epoll_create1(0);
            new Control.Thread(() => CLibrary.epoll_wait(epoll, new byte[64], 4, -1)).Start();
        }).ShouldBeNull();

    [Fact]
    public void WhatIsStatic_IsOfOneRun() =>
        Find(_ =>
        {
            ref var count = ref PerRun.Of<int>("count");
            ThrowUnless(++count == 1, $"static: {count}");
        }).ShouldBeNull();

    /// <summary>What ten runs find.</summary>
    private static string? Find(Action<Run> body) => Exploration.Run(new Scenario("kernel", run =>
    {
        body(run);
        return Task.CompletedTask;
    }), 1, 10).Property;

    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    private static nint Receive(int descriptor) => CLibrary.recv(descriptor, new byte[100], 100, 0);

    private static nint Send(Socket socket, int count) => CLibrary.send(Descriptor(socket), new byte[count], (nuint)count, 0);

    private static int Wait(int epoll) => CLibrary.epoll_wait(epoll, new byte[64], 4, 0);

    private static void Watch(int epoll, Socket socket, uint interest)
    {
        Span<byte> entry = stackalloc byte[16];
        MemoryMarshal.Write(entry, interest);
        CLibrary.epoll_ctl(epoll, 1, Descriptor(socket), entry);
    }
}
