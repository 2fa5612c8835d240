using System.Runtime.CompilerServices;
using Farewell.Tcp;

namespace Farewell.Observation.Ports;

/// <summary>How many connections are in each state.</summary>
public struct StateCounts : IEquatable<StateCounts>
{
    private Values _values;

    /// <summary>Connections in one state.</summary>
    public int this[TcpState state]
    {
        readonly get => _values[(int)state];
        set => _values[(int)state] = value;
    }

    /// <summary>All of them.</summary>
    public readonly int Total
    {
        get
        {
            var total = 0;
            foreach (var value in _values)
            {
                total += value;
            }

            return total;
        }
    }

    /// <summary>Those in any state but TIME-WAIT.</summary>
    public readonly int Live => Total - this[TcpState.TimeWait];

    /// <summary>Adds the counts of another group.</summary>
    public void Add(in StateCounts other)
    {
        for (var state = 0; state < Count; state++)
        {
            _values[state] += other._values[state];
        }
    }

    /// <inheritdoc/>
    public readonly bool Equals(StateCounts other) => ((ReadOnlySpan<int>)_values).SequenceEqual(other._values);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is StateCounts other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Total, _values[(int)TcpState.TimeWait]);

    /// <summary>Whether two have the same counts.</summary>
    public static bool operator ==(StateCounts left, StateCounts right) => left.Equals(right);

    /// <summary>Whether two differ.</summary>
    public static bool operator !=(StateCounts left, StateCounts right) => !left.Equals(right);

    private const int Count = (int)TcpState.TimeWait + 1;

    [InlineArray(Count)]
    private struct Values
    {
        private int _first;
    }
}
