using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>
/// One way of ending a TCP connection. A strategy is one small file that says what a user would write and what to expect of it; the lab
/// finds every class derived from this one, so adding a strategy is adding a file.
/// </summary>
public abstract class Strategy
{
    /// <summary>Whose code ends the connection.</summary>
    public abstract StrategyGroup Group { get; }

    /// <summary>Its name, what it does and what to expect.</summary>
    public abstract About About { get; }

    /// <summary>Its name on the command line.</summary>
    public string Name => About.Name;

    /// <summary>Why it cannot run on this network; null when it can.</summary>
    public virtual string? WhyNot(Arena arena) => null;

    /// <summary>Opens, uses and ends as many connections as the arena asks for.</summary>
    public abstract Task RunAsync(Arena arena);
}
