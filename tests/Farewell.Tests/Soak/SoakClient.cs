using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Farewell.Protocol;

namespace Farewell.Tests.Soak;

/// <summary>A process of clients that use a server until their standard input closes, or somebody kills them: <c>soak-client ADDRESS:PORT</c>. It says once that it is under way.</summary>
internal static class SoakClient
{
    public const string Name = "soak-client";

    public const string UnderWay = "under way";

    private const int Sessions = 20;

    public static async Task<int> RunAsync(string server)
    {
        using var over = new CancellationTokenSource();
        var tally = new SoakTally();
        var work = Enumerable.Range(0, Sessions).Select(number => Task.Run(() => UseAsync(IPEndPoint.Parse(server), number, tally, over.Token))).ToArray();
        await tally.UnderWay;
        Console.WriteLine(UnderWay);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await over.CancelAsync();
        await Task.WhenAll(work);
        Console.WriteLine(tally);
        return 0;
    }

    private static async Task UseAsync(IPEndPoint server, int number, SoakTally tally, CancellationToken over)
    {
        var random = new Random(number);
        while (!over.IsCancellationRequested)
        {
            try
            {
                var isSlow = random.Next(4) == 0;
                var session = await FarewellClient.ConnectAsync(server, new FarewellClientOptions { Dial = isSlow ? DialNarrowAsync : null, Handler = Take(tally, isSlow) });
                await UseAsync(session, random, tally, over);
                if (random.Next(20) == 0)
                {
                    session.Abort();
                }

                await session.DisposeAsync();
                tally.Add(await session.Completion);
            }
            catch (Exception failed) when (failed is FarewellException or SocketException)
            {
                // Two segments of a hundred are lost on the way: a connect may time out.
                Interlocked.Increment(ref tally.NotConnected);
            }
        }
    }

    /// <summary>What the server pushes is numbered within its session; a slow peer takes its time over each.</summary>
    private static MessageHandler Take(SoakTally tally, bool isSlow)
    {
        var last = 0L;
        return async (_, message) =>
        {
            var number = BinaryPrimitives.ReadInt64BigEndian(message.Payload.Span);
            if (number <= last)
            {
                Interlocked.Increment(ref tally.Wrong);
            }

            last = number;
            if (isSlow)
            {
                await Task.Delay(Random.Shared.Next(40));
            }
        };
    }

    /// <summary>A peer with a small window: what it has not read yet holds the server's sends up in the kernel.</summary>
    private static async ValueTask<Socket> DialNarrowAsync(EndPoint server, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        try
        {
            await socket.ConnectAsync(server, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task UseAsync(FarewellSession session, Random random, SoakTally tally, CancellationToken over)
    {
        for (var left = random.Next(1, 60); left > 0 && !over.IsCancellationRequested; left--)
        {
            var payload = new byte[8 + random.Next(random.Next(10) == 0 ? 30_000 : 200)];
            BinaryPrimitives.WriteInt64BigEndian(payload, left);
            if (random.Next(2) == 0)
            {
                var sent = await session.SendAsync(payload, CancellationToken.None);
                tally.Accept(sent.Outcome == SendOutcome.Accepted);
                if (sent.Outcome != SendOutcome.Accepted)
                {
                    return;
                }
            }
            else
            {
                var answer = await session.AskAsync(payload, CancellationToken.None);
                tally.Add(answer.Outcome);
                if (answer.Outcome != AskOutcome.Answered)
                {
                    return;
                }

                if (!answer.Answer.Span.SequenceEqual(payload))
                {
                    Interlocked.Increment(ref tally.Wrong);
                }
            }
        }
    }
}

/// <summary>What clients counted, as a line of text between processes.</summary>
internal sealed class SoakTally
{
    public long NotConnected;
    public long Wrong;
    private long _accepted;
    private long _answered;
    private long _refused;
    private long _unknown;
    private long _delivered;
    private long _unconfirmed;
    private long _notSent;
    private long _orderly;
    private long _ended;
    private readonly TaskCompletionSource _underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first session that has ended.</summary>
    public Task UnderWay => _underWay.Task;

    public long Sessions => _ended;

    public long Answered => _answered;

    /// <summary>Whether every message that a session took has a fate in its report.</summary>
    public bool IsWhole => _accepted == _delivered + _unconfirmed + _notSent && Wrong == 0;

    public static SoakTally Parse(string line)
    {
        var numbers = line.Split(' ').Where((_, i) => i % 2 == 1).Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new SoakTally
        {
            NotConnected = numbers[0],
            Wrong = numbers[1],
            _accepted = numbers[2],
            _answered = numbers[3],
            _refused = numbers[4],
            _unknown = numbers[5],
            _delivered = numbers[6],
            _unconfirmed = numbers[7],
            _notSent = numbers[8],
            _orderly = numbers[9],
            _ended = numbers[10],
        };
    }

    public void Accept(bool accepted) => Interlocked.Add(ref _accepted, accepted ? 1 : 0);

    public void Add(AskOutcome outcome) => Interlocked.Increment(ref outcome == AskOutcome.Answered ? ref _answered : ref outcome == AskOutcome.Refused ? ref _refused : ref _unknown);

    public void Add(SessionReport report)
    {
        Interlocked.Add(ref _delivered, report.Messages.Delivered);
        Interlocked.Add(ref _unconfirmed, report.Messages.Unconfirmed);
        Interlocked.Add(ref _notSent, report.Messages.NotSent);
        Interlocked.Add(ref _orderly, report.Cause == Cause.Released ? 1 : 0);
        Interlocked.Increment(ref _ended);
        _underWay.TrySetResult();
    }

    public override string ToString() =>
        $"notConnected {NotConnected} wrong {Wrong} accepted {_accepted} answered {_answered} refused {_refused} unknown {_unknown} delivered {_delivered} unconfirmed {_unconfirmed} notSent {_notSent} orderly {_orderly} sessions {_ended}";
}
