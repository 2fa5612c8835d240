using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using Farewell.Protocol.Sessions;

namespace Farewell.Tests.Soak;

/// <summary>The server of a soak: it answers, pushes, dismisses who is old or idle, and counts what becomes of everything.</summary>
internal sealed class SoakServer : IAsyncDisposable
{
    private const int Remembered = 1000;

    private readonly ConcurrentQueue<WeakReference<FarewellSession>> _sessions = [];
    private long _opened;
    private long _ended;
    private long _served;
    private long _running;
    private long _pushed;
    private long _told;
    private long _unconfirmed;
    private int _twice;

    public SoakServer(Socket listener) => Server = FarewellServer.Start(
        new FarewellServerOptions
        {
            Listener = listener,
            Limits = SessionLimits.Stayer with { Idle = TimeSpan.FromSeconds(20), Ping = TimeSpan.FromSeconds(5), Pong = TimeSpan.FromSeconds(5) },
            MaxAge = TimeSpan.FromSeconds(10),
            Opened = Open,
            Ended = End,
        },
        HandleAsync);

    public FarewellServer Server { get; }

    public long Ended => Interlocked.Read(ref _ended);

    public long Served => Interlocked.Read(ref _served);

    public long Running => Interlocked.Read(ref _running);

    public long Pushed => Interlocked.Read(ref _pushed);

    public long Unconfirmed => Interlocked.Read(ref _unconfirmed);

    public long Untold => Interlocked.Read(ref _pushed) - Interlocked.Read(ref _told);

    public int DeliveredTwice => _twice;

    /// <summary>Of the sessions that were watched, those that are not collected.</summary>
    public int Alive => _sessions.Count(static session => session.TryGetTarget(out _));

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private void Open(FarewellSession session)
    {
        session.UserState = new Guest();

        // Each tenth, and of those that are collected only the last are remembered, so that what watches for leaks is none.
        if (Interlocked.Increment(ref _opened) % 10 == 0)
        {
            _sessions.Enqueue(new(session));
            if (_sessions.Count > Remembered && _sessions.TryDequeue(out var oldest) && oldest.TryGetTarget(out _))
            {
                _sessions.Enqueue(oldest);
            }
        }
    }

    private void End(FarewellSession session, SessionReport report)
    {
        Interlocked.Increment(ref _ended);
        Interlocked.Add(ref _told, report.Messages.Delivered + report.Messages.Unconfirmed + report.Messages.NotSent);
        Interlocked.Add(ref _unconfirmed, report.Messages.Unconfirmed);
    }

    private async ValueTask HandleAsync(FarewellSession session, Message message)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var guest = (Guest)session.UserState!;
            var number = BinaryPrimitives.ReadInt64BigEndian(message.Payload.Span);

            // A client counts down within a session: a number that does not fall came twice or out of order.
            if (number >= guest.Last)
            {
                Interlocked.Increment(ref _twice);
            }

            guest.Last = number;
            Push(session, guest, message.Payload.Length);
            if (Interlocked.Increment(ref _served) % 50 == 0)
            {
                await Task.Delay(20);
            }

            if (message.IsAsk)
            {
                message.Answer(message.Payload);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void Push(FarewellSession session, Guest guest, int length)
    {
        for (var pushes = length % 3; pushes > 0; pushes--)
        {
            var payload = new byte[8 + length];
            BinaryPrimitives.WriteInt64BigEndian(payload, ++guest.Pushed);
            Interlocked.Add(ref _pushed, session.TrySend(payload).Outcome == SendOutcome.Accepted ? 1 : 0);
        }
    }

    private sealed class Guest
    {
        public long Last { get; set; } = long.MaxValue;

        public long Pushed { get; set; }
    }
}
