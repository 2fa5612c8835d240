namespace Farewell.Concurrency.Control;

/// <summary>Says at every point who goes on. The same strategy, begun anew, says the same.</summary>
public abstract class Strategy(int seed)
{
    /// <summary>What it draws from.</summary>
    public int Seed { get; } = seed;

    /// <summary>Begins anew.</summary>
    internal abstract void Begin();

    /// <summary>A strand has begun.</summary>
    internal virtual void Begun(Strand strand)
    {
    }

    /// <summary>Who goes on.</summary>
    /// <param name="enabled">Who can: two or more, in the order in which they began.</param>
    /// <param name="current">Who ran last, if it can go on.</param>
    internal abstract Strand Choose(IReadOnlyList<Strand> enabled, Strand? current);

    /// <summary>Whether the clock goes on although something can run.</summary>
    internal virtual bool LetsTimePass() => false;
}
