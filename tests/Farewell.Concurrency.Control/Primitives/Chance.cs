namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="Random.Shared"/>: of the run, so that it is the same again.</summary>
public static class Chance
{
    public static Random Shared => Run.Current?.Random ?? Random.Shared;
}
