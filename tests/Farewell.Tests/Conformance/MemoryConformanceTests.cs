using Farewell.Carriers;

namespace Farewell.Tests.Conformance;

public sealed class MemoryConformanceTests : CarrierConformance
{
    private static int _lastSeed = Environment.TickCount;

    private readonly int _seed = Interlocked.Increment(ref _lastSeed);

    public MemoryConformanceTests(ITestOutputHelper output) => output.WriteLine($"seed {_seed}");

    private protected override bool IsTcp => false;

    private protected override Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync()
    {
        var (one, other) = MemoryTransport.Pair(_seed);
        return Task.FromResult<(Task<Transport>, Transport)>((Task.FromResult<Transport>(one), other));
    }
}
