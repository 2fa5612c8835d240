namespace Farewell.Protocol.Exploration;

/// <summary>A property does not hold: the property, and what was seen.</summary>
public sealed class PropertyViolated(string property, string seen) : Exception($"{property}: {seen}")
{
    public string Property { get; } = property;

    public static void Unless(bool holds, string property, string seen)
    {
        if (!holds)
        {
            throw new PropertyViolated(property, seen);
        }
    }
}
