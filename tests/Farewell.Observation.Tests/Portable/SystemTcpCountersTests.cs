using System.Runtime.Versioning;
using Farewell.Observation.Portable;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Portable;

[UnsupportedOSPlatform("android")]
public sealed class SystemTcpCountersTests
{
    [Fact]
    public void Read_GivesWhatTheKernelCounts()
    {
        Require.Linux();
        var before = TcpCounters.Read();
        var portable = SystemTcpCounters.Read();
        var after = TcpCounters.Read();
        portable.ConnectionsReset!.Value.ShouldBeInRange(before.ConnectionsReset!.Value, after.ConnectionsReset!.Value);
        portable.SegmentsReceived!.Value.ShouldBeInRange(before.SegmentsReceived!.Value, after.SegmentsReceived!.Value);
    }
}
