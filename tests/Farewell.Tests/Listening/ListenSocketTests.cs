using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Listening;

namespace Farewell.Tests.Listening;

[SupportedOSPlatform("linux")]
public sealed class ListenSocketTests
{
    [Fact]
    public void Bind_SharesItsPortWithNobody()
    {
        using var first = ListenSocket.Bind(new(IPAddress.Loopback, 0));
        var thrown = Should.Throw<ListenException>(() => ListenSocket.Bind((IPEndPoint)first.LocalEndPoint!));
        thrown.SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
        thrown.Message.ShouldContain("ss -tlnp");
    }

    [Fact]
    public void Bind_NamesAnAddressThatIsNotOurs() =>
        Should.Throw<ListenException>(() => ListenSocket.Bind(new(IPAddress.Parse("192.0.2.1"), 0))).Message.ShouldContain("192.0.2.1 is not an address");

    [Fact]
    public void Bind_RefusesABacklogWithoutSense() =>
        Should.Throw<ArgumentOutOfRangeException>(() => ListenSocket.Bind(new(IPAddress.Loopback, 0), new() { Backlog = 0 }));

    [Fact]
    public void Bind_ToAnyAddressOfIPv6_TakesIPv4()
    {
        using var listener = ListenSocket.Bind(new(IPAddress.IPv6Any, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);
    }

    [Theory]
    [InlineData(CrashEnding.Fin, false)]
    [InlineData(CrashEnding.Reset, true)]
    public void OnCrash_IsInherited(CrashEnding onCrash, bool linger)
    {
        using var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0), new() { OnCrash = onCrash });
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var accepted = listener.Accept();
        accepted.LingerState!.Enabled.ShouldBe(linger);
        accepted.LingerState.LingerTime.ShouldBe(0);
    }

    [Fact]
    public void Adopt_LiftsAFormerOwnersLinger()
    {
        using var listener = ListenSocket.Bind(new(IPAddress.Loopback, 0), new() { OnCrash = CrashEnding.Reset });
        using var adopted = ListenSocket.Adopt(new(listener.SafeHandle.DangerousGetHandle(), ownsHandle: false));
        adopted.LingerState!.Enabled.ShouldBeFalse();
        adopted.LocalEndPoint.ShouldBe(listener.LocalEndPoint);
    }

    [Fact]
    public void Adopt_SaysWhatItIsThatDoesNotListen()
    {
        using var file = File.OpenRead("/dev/null");
        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Refusal(100_000).ShouldContain("is not open");
        Refusal(file.SafeFileHandle.DangerousGetHandle()).ShouldContain("is not a socket");
        Refusal(datagram.SafeHandle.DangerousGetHandle()).ShouldContain("is not a TCP socket");
        Refusal(unix.SafeHandle.DangerousGetHandle()).ShouldContain("is not a TCP socket");
        Refusal(idle.SafeHandle.DangerousGetHandle()).ShouldContain("does not listen");
        idle.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        idle.SafeHandle.IsClosed.ShouldBeFalse("what was refused is still its owner's");

        static string Refusal(nint descriptor) =>
            Should.Throw<ListenException>(() => ListenSocket.Adopt(new(descriptor, ownsHandle: false))).Message;
    }
}
