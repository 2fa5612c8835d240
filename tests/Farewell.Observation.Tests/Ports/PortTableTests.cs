using Farewell.Observation.Ports;
using Farewell.Tcp;
using static Farewell.Observation.Tests.Ports.TableOfRows;

namespace Farewell.Observation.Tests.Ports;

public sealed class PortTableTests
{
    private static readonly PortRange Range = new(40000, 40099);

    [Fact]
    public void Read_TellsDialledFromAccepted()
    {
        var ports = new PortTable(Range);
        ports.Read(new TableOfRows(
            Row("0.0.0.0:80", "0.0.0.0:0", TcpState.Listen),
            Row("10.0.0.1:80", "10.0.0.9:40001"),
            Row("10.0.0.1:81", "10.0.0.9:40001"), // its listener is gone
            Row("10.0.0.1:40000", "10.0.0.5:443"),
            Row("10.0.0.1:40001", "10.0.0.5:443", TcpState.Established),
            Row("[::ffff:10.0.0.1]:40002", "[::ffff:10.0.0.5]:443"),
            Row("10.0.0.1:30000", "10.0.0.5:443")));

        ports.Accepted.ToArray().Select(a => (a.Port, a.IsListening, a.States.Total)).ShouldBe([((ushort)80, true, 1), ((ushort)81, false, 1)], ignoreOrder: true);
        ports.Dialled.Length.ShouldBe(1, "a dual-mode socket's IPv4 connections take the same ports");
        var dialled = ports.Dialled[0];
        (dialled.FirstHalf, dialled.SecondHalf, dialled.OutsideRange).ShouldBe((2, 1, 1));
        dialled.States[TcpState.TimeWait].ShouldBe(3);
        dialled.States.Live.ShouldBe(1);
    }

    [Fact]
    public void Read_CountsPortsThatListenersHold()
    {
        var ports = new PortTable(Range);
        ports.Read(new TableOfRows(
            Row("0.0.0.0:40002", "0.0.0.0:0", TcpState.Listen), Row("[::]:40002", "[::]:0", TcpState.Listen),
            Row("0.0.0.0:40003", "0.0.0.0:0", TcpState.Closed), Row("0.0.0.0:80", "0.0.0.0:0", TcpState.Listen)));
        (ports.HeldByBind, ports.HeldByBindOfFirstHalf).ShouldBe((2, 1));
    }

    [Fact]
    public void Read_Again_AllocatesNothing_AndTheFirstTime_LittleWhateverTheRows()
    {
        var rows = new Connection[100_000];
        for (var at = 0; at < rows.Length; at++)
        {
            rows[at] = Row($"10.0.0.1:{32768 + (at % 12500)}", $"10.0.0.{2 + (at / 12500)}:443", left: 60.0 * at / rows.Length);
        }

        var table = new TableOfRows(rows);
        new PortTable(PortRange.LinuxDefault).Read(new TableOfRows(rows[0]));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var ports = new PortTable(PortRange.LinuxDefault);
        ports.Read(table);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64 * 1024);
        ports.Dialled.Length.ShouldBe(8);

        before = GC.GetAllocatedBytesForCurrentThread();
        ports.Read(table);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Read_KeepsManyDestinationsApart()
    {
        const int destinations = 5000;
        var rows = Enumerable.Range(0, 2 * destinations).Select(at => Row(
            $"10.0.0.1:{40000 + (at % 100)}", $"10.{at % destinations / 250}.0.{at % destinations % 250}:443")).ToArray();
        var ports = new PortTable(Range);
        for (var pass = 0; pass < 2; pass++)
        {
            ports.Read(new TableOfRows(rows));
            ports.Dialled.Length.ShouldBe(destinations);
            ports.Dialled.ToArray().ShouldAllBe(use => use.States.Total == 2);
        }
    }

    [Fact]
    public void Read_CountsWhatBeganSinceTheLast()
    {
        var ports = new PortTable(Range);
        ports.Read(new TableOfRows(
            Row("10.0.0.1:40000", "10.0.0.5:443", left: 59.5), Row("10.0.0.1:40002", "10.0.0.5:443", left: 57.5)), TimeSpan.FromSeconds(2));
        ports.Fresh.ShouldBe(1);
        ports.Dialled[0].Fresh.ShouldBe(1);
        ports.Dialled[0].Returns.Within(60).ShouldBe(2);
        ports.Dialled[0].Returns.Within(58).ShouldBe(1);
    }
}
