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
            var status = _core.AnswerAtOnce(ask, payload, now, RoomFor(payload.Length), out var written);
            Wrote(written);
            if (status == ReplyStatus.TooLarge)
            {
                throw new ArgumentException($"An answer of {payload.Length} octets is above the {_core.LargestToSend} that the peer accepts.", nameof(payload));
            }

            var isInTurn = IsInTurn;
            if (written == 0 || !isInTurn)
            {
                Pump(now, isInTurn);
            }

            if (!isInTurn)
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

    /// <summary>Under the lock: whether what came is to be handled now. If not, it waits for a handler to end, or is refused.</summary>
    private bool Admit(ref Turn turn)
    {
        ref readonly var happened = ref turn.Happened;
        var isAsk = happened.Kind == SessionEventKind.Ask;
        _received++;
        _settings.Metrics.Message(isSent: false, isAsk);

        // In memory of its own: the input is the transport's again before a handler that waits has returned.
        var payload = happened.Payload.Span;
        var memory = payload.IsEmpty ? null : turn.Rent(payload.Length);
        payload.CopyTo(memory);
        var work = new Work(happened.Number, memory, payload.Length, isAsk, happened.Nested);
        if (_rare?.Fault is not null)
        {
            Discard(work);
            return false;
        }

        if (!work.IsNested && _running == _settings.Handlers)
        {
            (Made.Waiting ??= new Queue<Work>()).Enqueue(work);
            return false;
        }

        if (!Begin(work))
        {
            turn.Keep(memory);
            return false;
        }

        _running += work.IsNested ? 0 : 1;
        turn.Work = work;
        return true;
    }

    /// <summary>Under the lock: what has waited longest, if a handler may be run for it now.</summary>
    private bool TryTakeWaiting(out Work work)
    {
        work = default;
        while (_rare is { Fault: null, Waiting: { } waiting } && _running < _settings.Handlers && waiting.TryDequeue(out work))
        {
            if (Begin(work))
            {
                _running++;
                return true;
            }

            work.Release();
        }

        return false;
    }

    /// <summary>Under the lock: begins an ask where no filter is to be asked before.</summary>
    /// <returns>False if it is not in hand any more.</returns>
    private bool Begin(in Work work) => !work.IsAsk || !_settings.BeginsAtOnce || _core.Begin(work.Number);

    /// <summary>Runs handlers until none has waited.</summary>
    private void Run(Work work)
    {
        while (RunOne(work) && TryFinish(work, null, out work))
        {
        }
    }

    /// <returns>Whether the handler has returned; if not, or if it threw, what follows does by itself.</returns>
    private bool RunOne(in Work work)
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
            return false;
        }

        running.GetAwaiter().GetResult();
        return true;
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

    /// <summary>Notes that a handler has returned, outside a turn or in another's.</summary>
    /// <returns>Whether there is another to run.</returns>
    private bool TryFinish(Work work, Exception? thrown, out Work next)
    {
        CancellationTokenSource? spent;
        bool isNext;
        lock (_core)
        {
            spent = Finish(work, thrown);

            // In a turn, its end does both.
            if (!IsInTurn)
            {
                Pump(Now);
                Settle();
            }

            isNext = TryTakeWaiting(out next);
        }

        work.Release();
        spent?.Dispose();
        return isNext;
    }

    /// <summary>Under the lock: notes that a handler has returned.</summary>
    /// <returns>What it could have watched and nobody needs any more.</returns>
    private CancellationTokenSource? Finish(in Work work, Exception? thrown)
    {
        _running -= work.IsNested ? 0 : 1;
        if (thrown is null or OperationCanceledException && IsGivenUp(work))
        {
            thrown = null;
        }
        else if (thrown is null && work.IsAsk && _core.IsBegun(work.Number))
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
        else if (_core.AsksInHand > 0)
        {
            // A filter that neither called the next nor refused: its asker would wait for ever. Nothing happens to an ask that has its reply.
            _core.Refuse(work.Number, RefusedReason.Declined, Now);
        }

        CancellationTokenSource? spent = null;
        _ = work.IsAsk && _rare?.Cancellations?.Remove(work.Number, out spent) == true;
        return spent;
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
