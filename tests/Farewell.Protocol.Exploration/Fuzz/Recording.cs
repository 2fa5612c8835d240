namespace Farewell.Protocol.Exploration;

/// <summary>What two correct sides wrote to each other in a random walk, to be played to one side again with bytes broken.</summary>
internal sealed class Recording
{
    private const int Walks = 64;

    private readonly byte[][] _written;

    private Recording(byte[][] written) => _written = written;

    public static IReadOnlyList<Recording> Make(int seed) =>
        [.. Enumerable.Range(0, Walks).Select(walk => new Recording(Exploration.Walks.Record(seed, walk)))];

    /// <summary>Gives a side what its peer wrote, broken in a few places.</summary>
    /// <returns>How many bytes there are.</returns>
    public int Corrupt(Random random, Role hearer, Span<byte> into)
    {
        var written = _written[hearer == Role.Stayer ? 1 : 0];
        var length = Math.Min(written.Length, into.Length);
        written.AsSpan(0, length).CopyTo(into);
        return Grammar.Break(random, into, length);
    }
}
