using System.Buffers.Binary;

namespace Farewell.Observation.Windows;

/// <summary>Where each counter stands in what Windows fills in (iphlpapi, <c>tcpmib.h</c>).</summary>
internal sealed class TcpStatisticsLayout
{
    private readonly (string Name, int At, bool IsWide)[] _fields;

    private TcpStatisticsLayout(int length, (string Name, int At, bool IsWide)[] fields) => (Length, _fields) = (length, fields);

    /// <summary><c>MIB_TCPSTATS_LH</c>: fifteen DWORDs.</summary>
    public static TcpStatisticsLayout Narrow { get; } = new(60,
    [
        ("ActiveOpens", 16, false), ("PassiveOpens", 20, false), ("AttemptFails", 24, false), ("EstabResets", 28, false), ("CurrEstab", 32, false),
        ("InSegs", 36, false), ("OutSegs", 40, false), ("RetransSegs", 44, false), ("InErrs", 48, false), ("OutRsts", 52, false),
    ]);

    /// <summary><c>MIB_TCPSTATS2</c>: the same with segments of 64 bits, aligned.</summary>
    public static TcpStatisticsLayout Wide { get; } = new(72,
    [
        ("ActiveOpens", 16, false), ("PassiveOpens", 20, false), ("AttemptFails", 24, false), ("EstabResets", 28, false), ("CurrEstab", 32, false),
        ("InSegs", 40, true), ("OutSegs", 48, true), ("RetransSegs", 56, false), ("InErrs", 60, false), ("OutRsts", 64, false),
    ]);

    /// <summary>The octets of the whole.</summary>
    public int Length { get; }

    /// <summary>Adds each counter to the one of its name.</summary>
    public void Add(ReadOnlySpan<byte> table, Dictionary<string, long> values)
    {
        foreach (var (name, at, isWide) in _fields)
        {
            var value = isWide ? BinaryPrimitives.ReadInt64LittleEndian(table[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(table[at..]);
            values[name] = values.GetValueOrDefault(name) + value;
        }
    }
}
