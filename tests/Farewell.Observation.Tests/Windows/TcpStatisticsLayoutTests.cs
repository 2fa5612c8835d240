using System.Runtime.InteropServices;
using Farewell.Observation.Windows;

namespace Farewell.Observation.Tests.Windows;

/// <summary>Against the structures as C lays them out.</summary>
public sealed class TcpStatisticsLayoutTests
{
    [Fact]
    public void Wide_ReadsEachFieldOfMibTcpStats2()
    {
        var table = new Wide2
        {
            Active = 1,
            Passive = 2,
            AttemptFails = 3,
            EstabResets = 4,
            CurrEstab = 5,
            InSegs = (1L << 32) + 6,
            OutSegs = (1L << 33) + 7,
            Retrans = 8,
            InErrs = 9,
            OutRsts = 10,
        };
        TcpStatisticsLayout.Wide.Length.ShouldBe(Marshal.SizeOf<Wide2>());
        Read(TcpStatisticsLayout.Wide, table).ShouldBe([1, 2, 3, 4, 5, (1L << 32) + 6, (1L << 33) + 7, 8, 9, 10]);
    }

    [Fact]
    public void Narrow_ReadsEachFieldOfMibTcpStats()
    {
        var table = new Narrow15
        {
            Active = 1,
            Passive = 2,
            AttemptFails = 3,
            EstabResets = 4,
            CurrEstab = 5,
            InSegs = uint.MaxValue,
            OutSegs = 7,
            Retrans = 8,
            InErrs = 9,
            OutRsts = 10,
        };
        TcpStatisticsLayout.Narrow.Length.ShouldBe(Marshal.SizeOf<Narrow15>());
        Read(TcpStatisticsLayout.Narrow, table).ShouldBe([1, 2, 3, 4, 5, uint.MaxValue, 7, 8, 9, 10]);
    }

    [Fact]
    public void BothFamilies_AreAddedUp()
    {
        Dictionary<string, long> values = [];
        var table = new Narrow15 { Active = 20 };
        TcpStatisticsLayout.Narrow.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<Narrow15>(in table)), values);
        TcpStatisticsLayout.Narrow.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<Narrow15>(in table)), values);
        new TcpCounters(values).Dialled.ShouldBe(40);
    }

    private static long[] Read<T>(TcpStatisticsLayout layout, T table)
        where T : unmanaged
    {
        Dictionary<string, long> values = [];
        layout.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in table)), values);
        return [.. ((string[])["ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "CurrEstab", "InSegs", "OutSegs", "RetransSegs", "InErrs", "OutRsts"]).Select(name => values[name])];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Narrow15
    {
        public uint RtoAlgorithm, RtoMin, RtoMax, MaxConn, Active, Passive, AttemptFails, EstabResets, CurrEstab, InSegs, OutSegs, Retrans, InErrs, OutRsts, NumConns;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Wide2
    {
        public uint RtoAlgorithm, RtoMin, RtoMax, MaxConn, Active, Passive, AttemptFails, EstabResets, CurrEstab;
        public long InSegs, OutSegs;
        public uint Retrans, InErrs, OutRsts, NumConns;
    }
}
