using System.Globalization;

namespace Farewell.Tcp;

/// <summary>
/// A TCP sequence number: arithmetic and order are modulo 2^32 (RFC 9293 section 3.4).
/// Order is defined for numbers less than 2^31 apart; exactly 2^31 apart each is "before" the other's negation, and
/// <see cref="Distance"/> answers -2^31 both ways.
/// </summary>
/// <param name="Value">The 32 bits as they stand in the header.</param>
public readonly record struct SequenceNumber(uint Value)
{
    /// <summary>This number moved on by <paramref name="count"/> octets, which may be negative.</summary>
    public static SequenceNumber operator +(SequenceNumber from, int count) => new(unchecked(from.Value + (uint)count));

    /// <summary>This number moved back by <paramref name="count"/> octets, which may be negative.</summary>
    public static SequenceNumber operator -(SequenceNumber from, int count) => new(unchecked(from.Value - (uint)count));

    /// <summary>How far <paramref name="left"/> lies ahead of <paramref name="right"/>, in octets.</summary>
    public static int operator -(SequenceNumber left, SequenceNumber right) => unchecked((int)(left.Value - right.Value));

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left - right < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left - right > 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes before it.</summary>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left - right <= 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes after it.</summary>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left - right >= 0;

    /// <summary>How far this number lies ahead of <paramref name="other"/>, in octets; negative when behind.</summary>
    public int Distance(SequenceNumber other) => this - other;

    /// <summary>Whether this number lies in the window of <paramref name="length"/> octets that begins at <paramref name="start"/>.</summary>
    public bool IsIn(SequenceNumber start, uint length) => unchecked(Value - start.Value) < length;

    /// <summary>The later of two numbers.</summary>
    public static SequenceNumber Max(SequenceNumber left, SequenceNumber right) => left >= right ? left : right;

    /// <summary>The earlier of two numbers.</summary>
    public static SequenceNumber Min(SequenceNumber left, SequenceNumber right) => left <= right ? left : right;

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
