using Farewell.Carriers;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Concurrency.Scenarios;

/// <summary>The stream below a TLS, read and written as a TLS does, while its connection ends.</summary>
internal static class Ciphers
{
    private const int Octets = 400;

    public static IEnumerable<Scenario> All =>
    [
        new("a cipher's octets both ways, to the end", run => StreamAsync(run, isCut: false)),
        new("a cipher's octets both ways, cut by a reset", run => StreamAsync(run, isCut: true)),
    ];

    private static async Task StreamAsync(Run run, bool isCut)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        var (leaver, stayer) = (new CipherStream(one), new CipherStream(other));
        run.Begin("start leaver", one.Start);
        run.Begin("start stayer", other.Start);
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] talks =
        [
            run.Act("leaver's writer", () => WriteAsync(run, leaver, Octets, 0, isCut)),
            run.Act("leaver's reader", () => ReadAsync(run, leaver, Octets, isCut)),
            run.Act("stayer's writer", async () =>
            {
                await WriteAsync(run, stayer, Octets - 1, 0, isCut);

                // The last octet says that everything was read.
                await confirmed.Task;
                await WriteAsync(run, stayer, 1, Octets - 1, isCut);
            }),
            run.Act("stayer's reader", async () =>
            {
                await ReadAsync(run, stayer, Octets, isCut);
                confirmed.SetResult();
            }),
        ];
        if (isCut)
        {
            var ends = new[] { (one, leaver), (other, stayer) }.Select(end => run.Act("cutting", async () =>
            {
                end.Item1.End(TransportEnd.Reset);
                await end.Item2.Ended;
                end.Item2.Abandon();
            })).ToList();
            await Tasks.WhenAll([.. talks, .. ends]);
            return;
        }

        await Tasks.WhenAll(talks);
        one.End(TransportEnd.Depart);
        ThrowUnless(await stayer.ReadAsync(new byte[9]) == 0, "sequence: an octet more than was sent");
        other.End(TransportEnd.Close);
        var (first, second) = (await leaver.Ended, await stayer.Ended);
        leaver.Abandon();
        stayer.Abandon();
        ThrowUnless((first.Kind, second.Kind) == (SocketEndKind.Orderly, SocketEndKind.Passive), $"order: {first.Kind} and {second.Kind}");
    }

    private static async Task ReadAsync(Run run, CipherStream stream, int count, bool isCut)
    {
        try
        {
            var buffer = new byte[90];
            for (var got = 0; got < count;)
            {
                var size = Math.Min(run.Random.Next(1, buffer.Length), count - got);
                var read = await stream.ReadAsync(buffer.AsMemory(0, size));
                ThrowUnless(read > 0 || isCut, $"sequence: the end after {got} octets of {count}");
                if (read == 0)
                {
                    return;
                }

                for (var i = 0; i < read; i++)
                {
                    ThrowUnless(buffer[i] == (byte)(got + i), $"sequence: octet {got + i} is {buffer[i]}");
                }

                got += read;
            }
        }
        catch (Exception gone) when (isCut && gone is IOException)
        {
            // As a TLS is told.
        }
    }

    private static async Task WriteAsync(Run run, CipherStream stream, int count, int from, bool isCut)
    {
        try
        {
            for (var sent = 0; sent < count;)
            {
                var piece = new byte[Math.Min(run.Random.Next(1, 150), count - sent)];
                for (var i = 0; i < piece.Length; i++)
                {
                    piece[i] = (byte)(from + sent + i);
                }

                await stream.WriteAsync(piece);
                piece.AsSpan().Fill(0xEE);
                sent += piece.Length;
            }
        }
        catch (Exception gone) when (isCut && gone is IOException or ObjectDisposedException)
        {
            // As a TLS is told: .NET's socket says the latter of an end under way.
        }
    }
}
