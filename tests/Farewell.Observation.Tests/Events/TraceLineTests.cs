using CsCheck;
using Farewell.Observation.Events;
using Farewell.Tcp;

namespace Farewell.Observation.Tests.Events;

public sealed class TraceLineTests
{
    private const string Change = "   my app-x-1234    [001] ..s1.  100.5: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=40000 dport=443 saddr=10.0.0.1 daddr=10.0.0.2 saddrv6=::ffff:10.0.0.1 daddrv6=::ffff:10.0.0.2 oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1";

    [Fact]
    public void Parse_ReadsAChangeOfState()
    {
        var traced = TraceLine.Parse(Change).ShouldNotBeNull();
        (traced.Task, traced.ProcessId, traced.From, traced.To, traced.ClosesFirst).ShouldBe(("my app-x", 1234, TcpState.Established, TcpState.FinWait1, true));
        traced.Tuple.ToString().ShouldBe("10.0.0.1:40000 -> 10.0.0.2:443");
    }

    [Fact]
    public void Parse_ReadsAReset()
    {
        var traced = TraceLine.Parse("  curl-7 [000] b.s. 1.0: tcp_send_reset: skbaddr=0x1 skaddr=0x2 src=10.0.0.1:40000 dest=[::1]:443 state=TCP_CLOSE reason=NO_SOCKET").ShouldNotBeNull();
        (traced.ResetReason, traced.Tuple.Remote.Port, traced.From).ShouldBe(("NO_SOCKET", (ushort)443, null));
    }

    [Fact]
    public void NoText_Throws() => Gen.Select(Gen.Int[0, Change.Length - 1], Gen.Char, Gen.String).Sample((at, letter, text) =>
    {
        TraceLine.Parse(Change[..at] + letter + Change[at..]);
        TraceLine.Parse(Change[..at]);
        TraceLine.Parse(text);
    });
}
