namespace Farewell.Concurrency.Control;

/// <summary>Changes to any other strand with a chance that is the same throughout one run and differs from run to run.</summary>
public sealed class RandomWalk(int seed) : Strategy(seed)
{
    private static readonly double[] Chances = [0.5, 0.2, 0.05, 0.02];

    private Random _random = null!;
    private double _chance;

    public override string ToString() => $"random {Seed}";

    internal override void Begin()
    {
        _random = new Random(Seed ^ 0x5bd1e995);
        _chance = Chances[_random.Next(Chances.Length)];
    }

    internal override Strand Choose(IReadOnlyList<Strand> enabled, Strand? current) =>
        current is not null && _random.NextDouble() >= _chance ? current : enabled[_random.Next(enabled.Count)];

    internal override bool LetsTimePass() => _random.Next(100) == 0;
}
