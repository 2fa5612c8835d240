using System.Runtime.Versioning;
using Farewell.Observation.Windows;
using Farewell.Tcp;

namespace Farewell.Observation.Tests.Windows;

/// <summary>The layout of the rows only; Windows itself has not been asked.</summary>
[SupportedOSPlatform("windows")]
public sealed class ExtendedTcpTableTests
{
    [Fact]
    public void RowAt_ReadsAnIPv4Row()
    {
        byte[] row = [11, 0, 0, 0, 10, 0, 0, 1, 0x9c, 0x40, 0, 0, 10, 0, 0, 2, 0x01, 0xbb, 0, 0, 7, 0, 0, 0];
        var read = ExtendedTcpTable.RowAt(row, 2);
        read.Tuple.ToString().ShouldBe("10.0.0.1:40000 -> 10.0.0.2:443");
        (read.State, read.ProcessId).ShouldBe((TcpState.TimeWait, 7u));
    }

    [Fact]
    public void RowAt_ReadsAnIPv6Row()
    {
        var row = new byte[56];
        row[15] = 1;
        (row[20], row[21]) = (0x9c, 0x40);
        row[39] = 2;
        (row[44], row[45]) = (0x01, 0xbb);
        row[48] = 5;
        row[52] = 9;
        var read = ExtendedTcpTable.RowAt(row, 23);
        read.Tuple.ToString().ShouldBe("[::1]:40000 -> [::2]:443");
        (read.State, read.ProcessId).ShouldBe((TcpState.Established, 9u));
    }
}
