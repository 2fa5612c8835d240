using System.Buffers;
using System.Runtime.CompilerServices;

namespace Farewell.Concurrency.Control;

/// <summary>
/// Stands in for <see cref="ArrayPool{T}.Shared"/> of octets: a buffer given back is filled with rubbish at once and given to nobody, so that whoever still reads it reads rubbish, and what
/// somebody still writes to it is seen at the end. Given back twice is a failure.
/// </summary>
public sealed class BytePool
{
    private const byte Rubbish = 0xDB;

    private static readonly ConditionalWeakTable<Run, List<byte[]>> Given = [];
    private static readonly ConditionalWeakTable<Run, HashSet<byte[]>> Out = [];

    public static BytePool Shared { get; } = new();

    public byte[] Rent(int minimumLength)
    {
        var buffer = new byte[Math.Max(16, minimumLength)];
        if (Run.Current is { } run)
        {
            Out.GetOrCreateValue(run).Add(buffer);
        }

        return buffer;
    }

    public void Return(byte[] array)
    {
        if (Run.Current is not { } run)
        {
            return;
        }

        if (!Out.GetOrCreateValue(run).Remove(array))
        {
            run.Fail("buffer: given back twice");
        }

        array.AsSpan().Fill(Rubbish);
        Given.GetOrCreateValue(run).Add(array);
    }

    /// <summary>What is wrong with the buffers of a run that is over; null if nothing is.</summary>
    internal static string? Check(Run run) =>
        Given.TryGetValue(run, out var given) && given.Exists(buffer => buffer.AsSpan().ContainsAnyExcept(Rubbish)) ? "buffer: written to after it was given back" : null;
}
