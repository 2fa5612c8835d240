namespace Farewell.Concurrency.Control;

/// <summary>
/// Probabilistic concurrency testing (Burckhardt and others, 2010): strands have random priorities, the highest that can run does, and at a few random points the one that runs falls below all
/// others. A fault that needs d such points is found with a chance of at least 1/(n k^(d-1)) in each run, n strands and k points.
/// </summary>
/// <param name="seed">What it draws from.</param>
/// <param name="points">About how many points a run has.</param>
public sealed class Priorities(int seed, int points) : Strategy(seed)
{
    private const int MostChanges = 4;

    private readonly HashSet<int> _changes = [];
    private Random _random = null!;
    private int _step;
    private int _lowest;

    public override string ToString() => $"priorities {Seed}/{points}";

    internal override void Begin()
    {
        _random = new Random(Seed ^ 0x1b873593);
        (_step, _lowest) = (0, 0);
        _changes.Clear();
        for (var i = _random.Next(MostChanges + 1); i > 0; i--)
        {
            _changes.Add(_random.Next(Math.Max(1, points)));
        }
    }

    internal override void Begun(Strand strand) => strand.Priority = _random.Next(1, int.MaxValue);

    internal override Strand Choose(IReadOnlyList<Strand> enabled, Strand? current)
    {
        if (_changes.Contains(_step++) && current is not null)
        {
            current.Priority = --_lowest;
        }

        var highest = enabled[0];
        foreach (var strand in enabled)
        {
            highest = strand.Priority > highest.Priority ? strand : highest;
        }

        return highest;
    }

    internal override bool LetsTimePass() => _random.Next(200) == 0;
}
