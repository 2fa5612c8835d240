using System.Runtime.CompilerServices;
using Farewell.Engine;
using Farewell.Protocol.Sessions;
using Farewell.Sessions;

namespace Farewell.Tests.Sessions;

/// <summary>What an idle connection of a server on loops consists of, in octets: 600 are to hold these, its places in the registry and in its loop's table, and what the runtime adds.</summary>
public sealed class WeightTests
{
    [Theory]
    [InlineData(typeof(Session), 216)]
    [InlineData(typeof(SessionDriver), 136)]
    [InlineData(typeof(LoopTransport), 80)]
    [InlineData(typeof(FarewellSession), 40)]
    public void AnObject(Type type, long octets) => WeightOf(type).ShouldBeLessThanOrEqualTo(octets);

    private static long WeightOf(Type type)
    {
        RuntimeHelpers.GetUninitializedObject(type);
        var least = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var instance = RuntimeHelpers.GetUninitializedObject(type);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            GC.KeepAlive(instance);
            GC.SuppressFinalize(instance);
        }

        return least;
    }
}
