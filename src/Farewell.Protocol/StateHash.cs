namespace Farewell.Protocol;

/// <summary>A 128-bit hash of a machine's state, with which the exploration tells states apart: 10 million states collide with a chance below 1e-24.</summary>
internal struct StateHash
{
    private ulong _a;
    private ulong _b;

    public readonly UInt128 Value => new(Mix(_a ^ (_b >> 1)), Mix(_b + 0x9E3779B97F4A7C15));

    public void Add(long value)
    {
        _a = Mix(_a ^ unchecked((ulong)value * 0x9E3779B97F4A7C15));
        _b = unchecked((_b + (ulong)value + 0x632BE59BD9B4E019) * 0xD6E8FEB86659FD93);
        _b ^= _b >> 29;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        foreach (var value in bytes)
        {
            Add(value);
        }
    }

    private static ulong Mix(ulong value)
    {
        value = unchecked((value ^ (value >> 32)) * 0xD6E8FEB86659FD93);
        value = unchecked((value ^ (value >> 32)) * 0xD6E8FEB86659FD93);
        return value ^ (value >> 32);
    }
}
