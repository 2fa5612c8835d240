using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>What a peer announced. Nearly all stayers that a process meets announce the same, and so do nearly all leavers: they share one of these.</summary>
internal sealed class Announced
{
    // The last of each role.
    private static readonly Announced?[] Last = new Announced?[2];

    private Announced(Hello hello) => Hello = hello;

    public Hello Hello { get; }

    /// <summary>The cost that may be sent and not be returned.</summary>
    public uint Window => Math.Max(Hello.Window, Hello.EarlyWindow);

    /// <summary>The largest payload that the peer accepts.</summary>
    public int Largest => (int)Math.Max(Hello.Largest, Hello.EarlyLargest);

    /// <summary>The same object as for the peer before, if that one has announced the same.</summary>
    /// <param name="hello">Valid.</param>
    public static Announced Of(Hello hello)
    {
        ref var last = ref Last[(int)hello.Role];
        return last is { } same && same.Hello == hello ? same : last = new Announced(hello);
    }
}
