using Farewell.Protocol;
using Farewell.Protocol.Sessions;

namespace Farewell.Sessions;

/// <summary>What the application sends and asks.</summary>
internal sealed partial class SessionDriver
{
    /// <summary>Messages that a full queue dropped.</summary>
    public long Dropped
    {
        get
        {
            lock (_core)
            {
                return _rare?.Dropped ?? 0;
            }
        }
    }

    public SendResult TrySend(ReadOnlyMemory<byte> payload)
    {
        lock (_core)
        {
            return Give(payload, out _);
        }
    }

    public async ValueTask<SendResult> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_core)
            {
                var result = Give(payload, out var isFull);
                if (!isFull)
                {
                    return result;
                }

                room = WaitForRoom();
            }

            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public ValueTask<AskResult> AskAsync(ReadOnlyMemory<byte> payload, bool nested, CancellationToken cancellation) =>
        _settings.Metrics.MeasuresAsks || Tracing.Source.HasListeners() ? AskMeasuredAsync(payload, nested, cancellation) : AskPlainAsync(payload, nested, cancellation);

    private async ValueTask<AskResult> AskMeasuredAsync(ReadOnlyMemory<byte> payload, bool nested, CancellationToken cancellation)
    {
        using var span = Tracing.StartAsk(this);
        var began = _settings.Wheel.Exact;
        var outcome = "given-up";
        try
        {
            var result = await AskPlainAsync(payload, nested, cancellation).ConfigureAwait(false);
            outcome = Names.Of(result.Outcome);
            return result;
        }
        finally
        {
            _settings.Metrics.Asked(_settings.Wheel.Exact - began, outcome);
            Tracing.Conclude(span, outcome);
        }
    }

    private ValueTask<AskResult> AskPlainAsync(ReadOnlyMemory<byte> payload, bool nested, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_core)
        {
            if (TryAsk(payload, nested, cancellation) is { } answer)
            {
                return answer;
            }
        }

        return AskLaterAsync(payload, nested, cancellation);
    }

    private async ValueTask<AskResult> AskLaterAsync(ReadOnlyMemory<byte> payload, bool nested, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            ValueTask<AskResult>? answer;
            lock (_core)
            {
                answer = TryAsk(payload, nested, cancellation);
                room = answer is null ? WaitForRoom() : Task.CompletedTask;
            }

            if (answer is { } pending)
            {
                return await pending.ConfigureAwait(false);
            }

            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Completes once the peer's handlers of all messages up to a number have returned.</summary>
    /// <returns>False if the session ended first.</returns>
    public Task<bool> DeliveredAsync(uint number)
    {
        lock (_core)
        {
            var isDropped = _core.WasDropped(number);
            if (_core.DeliveredUpTo >= number && !isDropped)
            {
                return Task.FromResult(true);
            }

            if (isDropped || _core.Disposition != Disposition.Stay)
            {
                return Task.FromResult(false);
            }

            var confirmations = Made.Confirmations ??= [];
            if (!confirmations.TryGetValue(number, out var source))
            {
                source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                confirmations.Add(number, source);
            }

            return source.Task;
        }
    }

    public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard) =>
        Do((reason, grace, retryAfter, hard), static (driver, why) => driver._core.Dismiss(why.reason, driver.Now, why.grace, why.retryAfter, why.hard));

    public void Leave(TimeSpan? grace) => Do(grace, static (driver, grace) => driver._core.Leave(driver.Now, grace));

    public override void Abort() => Do(static driver => driver._core.Abort(driver.Now));

    private SendResult Give(ReadOnlyMemory<byte> payload, out bool isFull)
    {
        uint firstDropped = 0;
        uint dropped = 0;
        SendStatus status;
        uint number;
        while ((status = _core.Send(payload, Now, out number)) == SendStatus.Full && _settings.FullQueue == FullQueue.DropOldest && _core.DropOldest(Now, out var oldest))
        {
            firstDropped = dropped++ == 0 ? oldest : firstDropped;
            NoteDropped(oldest);
        }

        // What may not be sent before the peer's Hello is no matter of the queue, and waits whatever the policy.
        isFull = status == SendStatus.NotOpen || (status == SendStatus.Full && _settings.FullQueue == FullQueue.Wait);
        switch (status)
        {
            case SendStatus.Accepted:
                _settings.Metrics.Message(isSent: true, isAsk: false);
                Pump(Now, IsInTurn);
                Settle();
                return new SendResult(SendOutcome.Accepted, number, firstDropped, dropped);
            case SendStatus.TooLarge:
                return new SendResult(SendOutcome.TooLarge);
            case SendStatus.NotOpen:
                return new SendResult(SendOutcome.Dropped);
            case SendStatus.Full:
                return Overflow();
            default:
                return new SendResult(SendOutcome.Ending);
        }
    }

    private void NoteDropped(uint number)
    {
        Made.Dropped++;
        _settings.Metrics.Dropped(_settings.FullQueue);
        if (_rare?.Confirmations?.Remove(number, out var waits) == true)
        {
            waits.TrySetResult(false);
        }
    }

    private SendResult Overflow()
    {
        if (_settings.FullQueue != FullQueue.Wait)
        {
            Made.Dropped++;
            _settings.Metrics.Dropped(_settings.FullQueue);
        }

        if (_settings.FullQueue == FullQueue.End)
        {
            _ = _core.Role == Role.Stayer ? _core.Dismiss(DismissReason.Application, Now) : _core.Leave(Now);
            Pump(Now, IsInTurn);
            Settle();
        }

        return new SendResult(SendOutcome.Dropped);
    }

    /// <returns>Null if there is no room now.</returns>
    private ValueTask<AskResult>? TryAsk(ReadOnlyMemory<byte> payload, bool nested, CancellationToken cancellation)
    {
        switch (_core.Ask(payload, Now, out var ticket, nested))
        {
            case SendStatus.Accepted:
                _settings.Metrics.Message(isSent: true, isAsk: true);
                var source = AskSource.Rent();
                (Made.Asks ??= []).Add(ticket, source);
                source.Watch(this, ticket, cancellation);
                var answer = source.Task;
                Pump(Now, IsInTurn);
                Settle();
                return answer;
            case SendStatus.Full or SendStatus.NotOpen:
                return null;
            case SendStatus.TooLarge:
                throw new ArgumentException($"An ask of {payload.Length} octets is above the {_core.LargestToSend} that the peer accepts.", nameof(payload));
            default:
                return new ValueTask<AskResult>(new AskResult(AskOutcome.Refused, default, RefusedReason.NotSent));
        }
    }

    /// <summary>The application gave an answer up.</summary>
    internal void CancelAsk(uint ticket)
    {
        AskSource? source = null;
        lock (_core)
        {
            if (_rare?.Asks?.Remove(ticket, out source) == true)
            {
                _core.Cancel(ticket, Now);
                Pump(Now, IsInTurn);
                Settle();
            }
        }

        source?.SetCancelled();
    }

    private void SettleAsk(in SessionEvent happened)
    {
        AskSource? source = null;
        lock (_core)
        {
            _ = _rare?.Asks?.Remove(happened.Number, out source);
        }

        source?.Set(happened.Kind switch
        {
            SessionEventKind.Answered => new AskResult(AskOutcome.Answered, happened.Payload.ToArray()),
            SessionEventKind.Refused => new AskResult(AskOutcome.Refused, default, (RefusedReason)happened.Reason),
            _ => new AskResult(AskOutcome.Unknown),
        });
    }

    private Task WaitForRoom()
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (Made.Waiters ??= []).AddLast(waiter);
        return waiter.Task;
    }

    /// <summary>Lets those who wait for room try again, in their order.</summary>
    private void FreeWaiters()
    {
        if (_rare?.Waiters is { Count: > 0 } waiters && (_core.Disposition != Disposition.Stay || _core.HasRoom))
        {
            foreach (var waiter in waiters)
            {
                waiter.TrySetResult();
            }

            waiters.Clear();
        }
    }

    private void TellDelivered(uint number)
    {
        lock (_core)
        {
            while (_rare?.Confirmations is { Count: > 0 } confirmations && confirmations.GetKeyAtIndex(0) <= number)
            {
                confirmations.GetValueAtIndex(0).TrySetResult(true);
                confirmations.RemoveAt(0);
            }
        }
    }

    private void GiveUpConfirmations()
    {
        lock (_core)
        {
            if (_rare?.Confirmations is not { } confirmations)
            {
                return;
            }

            foreach (var source in confirmations.Values)
            {
                source.TrySetResult(false);
            }

            _rare.Confirmations = null;
        }
    }
}
