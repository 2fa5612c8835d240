using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// Sessions on inputs that nobody would send, in any pieces, between calls of any kind, over a transport that accepts any part of what is written. No exception, no unbounded
/// allocation, no state outside the table, our own output always well formed, and every session comes to its end.
/// </summary>
internal static class Fuzzing
{
    /// <summary>No input may cost more: a session, its queues, and payloads up to above the largest.</summary>
    public const long MostBytes = 256 * 1024;

    private const int MostBytesOfInput = 8 * 1024;

    public readonly record struct Result(long Inputs, long Violations, long Frames, long MostAllocated, string? Failure);

    /// <summary>Plays inputs from a grammar, or real sessions recorded and then broken.</summary>
    public static Result Run(int seed, int count, bool recorded = false)
    {
        var (violations, frames, most) = (0L, 0L, 0L);
        var bytes = new byte[MostBytesOfInput];
        var buffers = new Buffers();
        var recordings = recorded ? Recording.Make(seed) : [];
        for (var input = 0; input < count; input++)
        {
            var random = new Random(unchecked(seed * 7919 + input));
            var role = (Role)random.Next(2);
            var limits = Limits(random);
            var length = recorded
                ? recordings[random.Next(recordings.Count)].Corrupt(random, role, bytes)
                : Grammar.Compose(random, 1 - role, limits.ToHello(1 - role), bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var session = new Session(role, random.Next(2) == 0, limits, TimeSpan.Zero);
                frames += new Player(session, random, buffers).Play(bytes.AsSpan(0, length));
                violations += session.Cause == Cause.Violation ? 1 : 0;
            }
            catch (Exception failed)
            {
                return new Result(input, violations, frames, most, $"seed {seed}, input {input}, {role}: {failed}{Environment.NewLine}{Convert.ToHexString(bytes.AsSpan(0, length))}");
            }

            // The first inputs fill the pools.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = input > 1000 ? Math.Max(most, allocated) : most;
            if (input > 1000 && allocated > MostBytes)
            {
                return new Result(input, violations, frames, most, $"seed {seed}, input {input}: {allocated} bytes allocated for {length} received");
            }
        }

        return new Result(count, violations, frames, most, null);
    }

    private static SessionLimits Limits(Random random) => random.Next(5) switch
    {
        0 => Scenario.Short with { TellViolations = false, Patience = Scenario.Ms(50) },
        1 => Scenario.Calm with { Patience = Scenario.Ms(50) },
        2 => Scenario.Short with { Largest = 4096, Window = 8192, Nested = 16, Patience = Scenario.Ms(50) },
        _ => Scenario.Short with { Largest = 4096, Window = 1 << 20, Nested = 4, Patience = Scenario.Ms(50) },
    };

    /// <summary>Memory that is used again from input to input.</summary>
    internal sealed class Buffers
    {
        public byte[] Received { get; } = new byte[MostBytesOfInput];

        public byte[] Room { get; } = new byte[2048];

        public byte[][] Payloads { get; } = [.. Enumerable.Range(0, 16).Select(_ => new byte[5000])];
    }
}
