using System.Buffers;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;

namespace Farewell.Sessions;

/// <summary>Handlers at work: a bounded number at a time, in order; those of nested asks at once.</summary>
internal sealed partial class SessionDriver
{
    private int _running;
    private long _received;

    /// <summary>Answers, as <see cref="Message.Answer"/>.</summary>
    public bool Answer(uint ask, ReadOnlyMemory<byte> payload)
    {
        lock (_core)
        {
            var now = Now;
            var status = _core.Answer(ask, payload, now);
            if (status == ReplyStatus.TooLarge)
            {
                throw new ArgumentException($"An answer of {payload.Length} octets is above the {_core.LargestToSend} that the peer accepts.", nameof(payload));
            }

            Pump(now, IsInTurn);
            if (!IsInTurn)
            {
                Settle();
            }

            return status == ReplyStatus.Accepted;
        }
    }

    /// <summary>Refuses, as <see cref="Message.Refuse"/>.</summary>
    public bool Refuse(uint ask, RefusedReason reason)
    {
        lock (_core)
        {
            var status = _core.Refuse(ask, reason, Now);
            if (status == ReplyStatus.Accepted)
            {
                Made.RefusedByHandlers++;
                _settings.Metrics.Refused(reason);
            }

            Pump(Now, IsInTurn);
            Settle();
            return status == ReplyStatus.Accepted;
        }
    }

    /// <summary>Whether an ask may begin; a message always may.</summary>
    public bool Begin(in Message message)
    {
        if (!message.IsAsk)
        {
            return true;
        }

        lock (_core)
        {
            return _core.Begin(message.Number);
        }
    }

    public CancellationToken CancellationOf(in Message message)
    {
        lock (_core)
        {
            var cancellations = Made.Cancellations ??= [];
            var key = message.IsAsk ? message.Number : 0;
            if (!cancellations.TryGetValue(key, out var source))
            {
                source = new CancellationTokenSource();
                cancellations.Add(key, source);
                if (_core.Disposition != Disposition.Stay || (message.IsAsk && _core.IsCancelled(message.Number)))
                {
                    source.Cancel();
                }
            }

            return source.Token;
        }
    }

    private void Handle(in SessionEvent happened)
    {
        // The input is the transport's again before a handler that waits has returned.
        var work = Work.Copy(happened);
        _settings.Metrics.Message(isSent: false, work.IsAsk);
        lock (_core)
        {
            if (_rare?.Fault is not null)
            {
                Discard(work);
                Pump(Now, IsInTurn);
                return;
            }

            if (!happened.Nested && _running == _settings.Handlers)
            {
                (Made.Waiting ??= new Queue<Work>()).Enqueue(work);
                return;
            }

            _running += happened.Nested ? 0 : 1;
        }

        Run(work);
    }

    /// <summary>Runs a handler, and those that waited for it to end.</summary>
    private void Run(Work work)
    {
        while (true)
        {
            ValueTask running;
            try
            {
                running = _settings.Handler(Face, work.ToMessage(this));
            }
            catch (Exception thrown)
            {
                running = ValueTask.FromException(thrown);
            }

            if (!running.IsCompletedSuccessfully)
            {
                _ = RunOnAsync(running, work);
                return;
            }

            if (!TryFinish(work, null, out work))
            {
                return;
            }
        }
    }

    private async Task RunOnAsync(ValueTask running, Work work)
    {
        Exception? thrown = null;
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            thrown = error;
        }

        if (TryFinish(work, thrown, out var next))
        {
            Run(next);
        }
    }

    /// <summary>Notes that a handler has returned.</summary>
    /// <returns>Whether there is another to run.</returns>
    private bool TryFinish(Work work, Exception? thrown, out Work next)
    {
        CancellationTokenSource? cancellation = null;
        bool isNext;
        lock (_core)
        {
            _running -= work.IsNested ? 0 : 1;
            if (thrown is null or OperationCanceledException && IsGivenUp(work))
            {
                thrown = null;
            }

            if (work.IsAsk && thrown is null && _core.IsBegun(work.Number) && _core.Disposition == Disposition.Stay)
            {
                thrown = new InvalidOperationException("The handler returned without answering the ask that it had begun: call Message.Answer before it returns, or Refuse in a filter.");
            }

            if (thrown is not null)
            {
                Fail(thrown);
            }
            else if (!work.IsAsk)
            {
                _core.Handled(work.Number, Now);
            }
            else
            {
                // A filter that neither called the next nor refused: its asker would wait for ever. Nothing happens to an ask that has its reply.
                _core.Refuse(work.Number, RefusedReason.Declined, Now);
            }

            // In a turn, its end does both.
            if (!IsInTurn)
            {
                Pump(Now);
                Settle();
            }
            _ = work.IsAsk && _rare?.Cancellations?.Remove(work.Number, out cancellation) == true;
            next = default;
            isNext = _rare?.Fault is null && !work.IsNested && _rare?.Waiting?.TryDequeue(out next) == true;
            _running += isNext ? 1 : 0;
        }

        work.Release();
        cancellation?.Dispose();
        return isNext;
    }

    /// <summary>Whether nobody waits for what a handler does: the session is over, or the peer has given its ask up, which is owed a reply all the same (nobody reads it).</summary>
    private bool IsGivenUp(in Work work)
    {
        if (work.IsAsk && _core.IsBegun(work.Number) && _core.IsCancelled(work.Number))
        {
            _core.Answer(work.Number, default, Now);
            return true;
        }

        return IsOver;
    }

    /// <summary>
    /// A handler threw: what it had begun stays unanswered, nothing else is begun, and the session ends. To be in order, the rest is refused, never handled.
    /// </summary>
    private void Fail(Exception thrown)
    {
        Made.Fault ??= thrown;
        _settings.Metrics.Failed(_core.Role);
        SessionLog.HandlerFailed(_settings.Logger, _transport.RemoteEndPoint, thrown);
        while (_rare?.Waiting?.TryDequeue(out var waiting) == true)
        {
            Discard(waiting);
        }

        if (_core.Role == Role.Stayer)
        {
            _core.Dismiss(DismissReason.Application, Now);
        }
        else
        {
            _core.Leave(Now);
        }
    }

    private void Discard(in Work work)
    {
        if (work.IsAsk)
        {
            _core.Refuse(work.Number, RefusedReason.Declined, Now);
        }

        work.Release();
    }

    private void Cancel(uint ask)
    {
        CancellationTokenSource? source = null;
        lock (_core)
        {
            _ = _rare?.Cancellations?.TryGetValue(ask, out source);
        }

        Signal(source);
    }

    /// <summary>Cancels what a handler may watch; what it does then is its own affair, and so is a source that it has just let go.</summary>
    private void Signal(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
        catch (AggregateException thrown)
        {
            SessionLog.EventFailed(_settings.Logger, nameof(Message.Cancellation), thrown);
        }
    }

    private void StopHandlers()
    {
        CancellationTokenSource[] sources;
        lock (_core)
        {
            sources = _rare?.Cancellations is { } cancellations ? [.. cancellations.Values] : [];
            while (_rare?.Waiting?.TryDequeue(out var waiting) == true)
            {
                waiting.Release();
            }
        }

        Array.ForEach(sources, Signal);
    }

    /// <summary>A message or ask in hand, its payload in memory of its own.</summary>
    private readonly record struct Work(uint Number, byte[]? Memory, int Length, bool IsAsk, bool IsNested)
    {
        public static Work Copy(in SessionEvent happened)
        {
            var length = happened.Payload.Length;
            var memory = length == 0 ? null : ArrayPool<byte>.Shared.Rent(length);
            happened.Payload.CopyTo(memory);
            return new Work(happened.Number, memory, length, happened.Kind == SessionEventKind.Ask, happened.Nested);
        }

        public Message ToMessage(SessionDriver driver) => new(driver, Number, new ReadOnlyMemory<byte>(Memory, 0, Length), IsAsk, IsNested);

        public void Release()
        {
            if (Memory is { } memory)
            {
                ArrayPool<byte>.Shared.Return(memory);
            }
        }
    }
}
