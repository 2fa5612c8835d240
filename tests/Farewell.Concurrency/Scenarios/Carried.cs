using Farewell.Carriers;
using Farewell.Engine;
using Farewell.Timing;

namespace Farewell.Concurrency.Scenarios;

/// <summary>What carries the connections of a scenario: .NET's sockets, or the event loops.</summary>
internal static class Carried
{
    private const string ByLoops = "on loops";

    private static readonly Type Wire = typeof(Transport).Assembly.GetType("Farewell.Carriers.Wire")!;
    private static readonly Func<object, TimeProvider, Transport> Of = Wire.GetMethod("Of")!.CreateDelegate<Func<object, TimeProvider, Transport>>();
    private static readonly Func<object, EventLoops, Transport> OnLoop = Wire.GetMethod("OnLoop")!.CreateDelegate<Func<object, EventLoops, Transport>>();

    /// <summary>The library's own transport over a socket of .NET's.</summary>
    public static Transport ByDotNet(Run run, Socket socket) => Of(socket, run.Clock);

    /// <summary>A scenario as it is, and once more on loops.</summary>
    public static IEnumerable<Scenario> ByBoth(Scenario scenario) => [scenario, OnLoops(scenario)];

    /// <summary>A scenario on loops only.</summary>
    public static Scenario OnLoops(Scenario scenario) => scenario with { Name = $"{scenario.Name}, {ByLoops}", Variant = ByLoops };

    /// <summary>The carrier to be told to servers and clients.</summary>
    public static Carrier Choice(Run run) => run.Variant == ByLoops ? Carrier.EventLoops : Carrier.Portable;

    /// <summary>Transports for both ends of a connection: on loops, each has its own or both have one.</summary>
    public static (Transport One, Transport Other) Pair(Run run, DeadlineWheel wheel)
    {
        var (one, other) = run.Network.Pair();
        return (Over(run, wheel, out var loops, one), loops is null ? ByDotNet(run, other) : OnLoop(other, loops));
    }

    /// <summary>The scenario's transport over a socket.</summary>
    public static Transport Over(Run run, DeadlineWheel wheel, Socket socket) => Over(run, wheel, out _, socket);

    private static Transport Over(Run run, DeadlineWheel wheel, out EventLoops? loops, Socket socket)
    {
        loops = run.Variant == ByLoops ? new EventLoops("loop", run.Random.Next(1, 3), wheel) : null;
        return loops is null ? ByDotNet(run, socket) : OnLoop(socket, loops);
    }
}
