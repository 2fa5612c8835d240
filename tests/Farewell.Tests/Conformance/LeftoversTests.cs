using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Farewell.Tests.Conformance;

/// <summary>Nothing else runs meanwhile: pools and unobserved exceptions belong to the whole process.</summary>
[CollectionDefinition(nameof(Leftovers), DisableParallelization = true)]
public sealed class Leftovers;

/// <summary>What sessions leave behind once they are ended: nothing.</summary>
[Collection(nameof(Leftovers))]
public sealed class LeftoversTests
{
    [Theory]
    [InlineData(typeof(MemoryConformanceTests))]
    [InlineData(typeof(SocketConformanceTests))]
    [InlineData(typeof(Tls12ConformanceTests))]
    [InlineData(typeof(Tls13ConformanceTests))]
    public async Task EveryBufferIsReturned_AndNoExceptionIsLeft(Type carrier)
    {
        await RunAsync(carrier, 0, 1, 2);
        var exceptions = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, unobserved) => exceptions.Enqueue(unobserved.Exception);
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            using (var pool = new PoolListener())
            {
                await RunAsync(carrier, 2, 5, 2, 5);
                await Eventually.HoldsAsync(() => pool.Out.IsEmpty, () => $"all buffers are returned; out are {string.Join(", ", pool.Out.Values)} of {pool.Rented} octets rented");
                pool.Rented.ShouldBeGreaterThan(0);

                // A buffer that a send still reads from when its connection is reset is nobody's any more: one a side at most.
                await RunAsync(carrier, 0, 1, 3, 4);
                await Eventually.HoldsAsync(() => pool.Out.Count <= 8 && pool.Out.Values.All(size => size is 4 * 1024 or 64 * 1024), () => $"out are {string.Join(", ", pool.Out.Values)}");
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            exceptions.ShouldBeEmpty();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    private static async Task RunAsync(Type carrier, params int[] ways)
    {
        await using var harness = carrier == typeof(MemoryConformanceTests)
            ? new MemoryConformanceTests(TestContext.Current.TestOutputHelper!)
            : (CarrierHarness)Activator.CreateInstance(carrier)!;
        foreach (var way in ways)
        {
            await harness.RunOneAsync(way);
        }
    }

    /// <summary>The shared pools' buffers that are out, of those rented since it began; without the small change of formatting and TLS.</summary>
    private sealed class PoolListener : EventListener
    {
        private const int BufferRented = 1;
        private const int BufferReturned = 3;

        private long _rented;

        public ConcurrentDictionary<int, int> Out { get; } = new();

        public long Rented => Interlocked.Read(ref _rented);

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == "System.Buffers.ArrayPoolEventSource")
            {
                EnableEvents(source, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs written)
        {
            if (written.Payload is not [int buffer, >= 1024 and int size, ..])
            {
                return;
            }

            if (written.EventId == BufferRented)
            {
                Out?.TryAdd(buffer, size);
                Interlocked.Add(ref _rented, size);
            }
            else if (written.EventId == BufferReturned)
            {
                Out?.TryRemove(buffer, out _);
            }
        }
    }
}
