namespace Farewell.Lab.Strategies;

/// <summary>A side of the lab's connections.</summary>
public enum EndingSide
{
    /// <summary>The side that dialled.</summary>
    Client,

    /// <summary>The side that accepted.</summary>
    Server,
}
