using Real = System.Threading.Interlocked;

namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.Interlocked"/>: before each of them is a point.</summary>
public static class Interlocked
{
    public static int Increment(ref int location)
    {
        Run.Point("Interlocked.Increment");
        return Real.Increment(ref location);
    }

    public static uint Increment(ref uint location)
    {
        Run.Point("Interlocked.Increment");
        return Real.Increment(ref location);
    }

    public static int Decrement(ref int location)
    {
        Run.Point("Interlocked.Decrement");
        return Real.Decrement(ref location);
    }

    public static long Read(ref long location)
    {
        Run.Point("Interlocked.Read");
        return Real.Read(ref location);
    }

    public static int Exchange(ref int location, int value)
    {
        Run.Point("Interlocked.Exchange");
        return Real.Exchange(ref location, value);
    }

    public static long Exchange(ref long location, long value)
    {
        Run.Point("Interlocked.Exchange");
        return Real.Exchange(ref location, value);
    }

    public static T Exchange<T>(ref T location, T value)
        where T : class?
    {
        Run.Point("Interlocked.Exchange");
        return Real.Exchange(ref location, value);
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        Run.Point("Interlocked.CompareExchange");
        return Real.CompareExchange(ref location, value, comparand);
    }

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        Run.Point("Interlocked.CompareExchange");
        return Real.CompareExchange(ref location, value, comparand);
    }
}

/// <summary>Stands in for <see cref="System.Threading.Volatile"/>.</summary>
public static class Volatile
{
    public static int Read(ref readonly int location)
    {
        Run.Point("Volatile.Read");
        return System.Threading.Volatile.Read(in location);
    }

    public static long Read(ref readonly long location)
    {
        Run.Point("Volatile.Read");
        return System.Threading.Volatile.Read(in location);
    }

    public static T Read<T>(ref readonly T location)
        where T : class?
    {
        Run.Point("Volatile.Read");
        return System.Threading.Volatile.Read(in location);
    }

    public static void Write<T>(ref T location, T value)
        where T : class?
    {
        Run.Point("Volatile.Write");
        System.Threading.Volatile.Write(ref location, value);
    }
}
