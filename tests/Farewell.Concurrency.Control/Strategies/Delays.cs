namespace Farewell.Concurrency.Control;

/// <summary>
/// The run without chance, in which whoever runs goes on and otherwise the oldest, but for some points at which the one whose turn it is is passed over (delay-bounded scheduling, Emmi and others, 2011). All sets of at
/// most d points are all schedules within d delays.
/// </summary>
/// <param name="seed">What sizes and the like are drawn from; no decision.</param>
/// <param name="at">The numbers of the decisions that are delayed, ascending; a number twice passes over two.</param>
public sealed class Delays(int seed, params int[] at) : Strategy(seed)
{
    private int _next;

    /// <summary>Decisions taken: points at which two or more could go on.</summary>
    public int Decisions { get; private set; }

    public override string ToString() => $"delays {Seed}:{string.Join(',', at)}";

    internal override void Begin() => (_next, Decisions) = (0, 0);

    internal override Strand Choose(IReadOnlyList<Strand> enabled, Strand? current)
    {
        var turn = 0;
        for (var i = 0; i < enabled.Count; i++)
        {
            turn = enabled[i] == current ? i : turn;
        }

        for (; _next < at.Length && at[_next] == Decisions; _next++)
        {
            turn++;
        }

        Decisions++;
        return enabled[turn % enabled.Count];
    }
}
