using System.Buffers;
using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Tcp.Endings;

namespace Farewell.Sessions;

/// <summary>
/// A session at work: the protocol's machine between a transport and an application. The machine is entered by one thread at a time (<c>lock (_core)</c>); its events are taken by
/// one thread at a time, the <i>drainer</i>, which calls handlers outside the lock. Whoever finds a drainer at work leaves it what there is to do.
/// </summary>
internal sealed partial class SessionDriver : Driver
{
    private readonly Session _core;
    private readonly Transport _transport;
    private readonly SessionSettings _settings;
    private readonly TimeSpan _began;
    private readonly TimeSpan _agesAt;
    private Transit? _transit;
    private int _drainer;
    private bool _again;
    private bool _isConcluded;
    private bool _isTransportEnded;

    public SessionDriver(Role role, bool dials, Transport transport, SessionSettings settings)
    {
        (_transport, _settings) = (transport, settings);
        _began = settings.Wheel.Exact;
        _core = new Session(role, dials, settings.Limits, Now);
        _agesAt = settings.AgesAt(_began);
        Face = new FarewellSession(this);
        transport.Driver = this;
    }

    public FarewellSession Face { get; }

    /// <summary>Where messages go that the application takes one by one; null if it handles them.</summary>
    public Inbox? Inbox
    {
        get
        {
            lock (_core)
            {
                return _rare?.Inbox;
            }
        }

        init
        {
            if (value is not null)
            {
                Made.Inbox = value;
            }
        }
    }

    public Session Core => _core;

    public Transport Transport => _transport;

    private TimeSpan Now => _settings.Wheel.Now;

    private bool IsOver => _core.Disposition != Disposition.Stay;

    /// <summary>Begins to say Hello and to receive.</summary>
    public override void Start()
    {
        _settings.Metrics.Began(_core.Role);
        lock (_core)
        {
            Pump(Now);
            Settle();
        }

        _transport.Start();
    }

    public override bool Received(ReadOnlyMemory<byte> octets)
    {
        _settings.Metrics.Octets(isSent: false, octets.Length);
        var turn = new Turn { Input = octets };
        bool happened;
        lock (_core)
        {
            if (_drainer != 0)
            {
                // Somebody else is taking events: the octets are kept for it, and it resumes the transport.
                var transit = _transit ??= Transit.Rent();
                transit.Input = ArrayPool<byte>.Shared.Rent(octets.Length);
                octets.CopyTo(transit.Input);
                transit.InputLength = octets.Length;
                return false;
            }

            _drainer = Environment.CurrentManagedThreadId;
            happened = TryNext(ref turn);
        }

        if (happened)
        {
            Drain(ref turn);
        }

        return true;
    }

    public override void EndOfStream() => Do(static driver =>
    {
        driver.Note(CloseEventKind.EndOfStream);
        driver._core.EndOfStream(driver.Now);
    });

    public override void Lost(Loss how) => Do(how, static (driver, how) =>
    {
        if (how == Loss.Broken)
        {
            driver._core.ConnectionBroken(driver.Now);
            return;
        }

        driver.Trace.Note(how, driver._settings.Wheel.Exact);
        driver._core.ConnectionReset(driver.Now);
    });

    public override void Sent(int count) => Do(count, static (driver, count) => driver.Take(count));

    public override void Tick() => Do(static driver =>
    {
        var now = driver.Now;
        driver._core.Tick(now);
        if (driver._agesAt <= now && driver._core.State == SessionState.Open)
        {
            driver._core.Dismiss(DismissReason.Age, now);
        }
    });

    private void Do(Action<SessionDriver> change) => Do(change, static (driver, change) => change(driver));

    /// <summary>Changes the machine, sends what it has to say, and takes its events.</summary>
    private void Do<T>(T argument, Action<SessionDriver, T> change)
    {
        var turn = default(Turn);
        lock (_core)
        {
            change(this, argument);
            if (_drainer != 0)
            {
                Pump(Now);
                Settle();
                _again = true;
                return;
            }

            _drainer = Environment.CurrentManagedThreadId;
            if (!TryNext(ref turn))
            {
                return;
            }
        }

        Drain(ref turn);
    }

    /// <summary>Acts on events until there are none. Only for the drainer.</summary>
    private void Drain(ref Turn turn)
    {
        bool isMore;
        do
        {
            var hasReturned = false;
            if (turn.IsHandling)
            {
                hasReturned = RunOne(turn.Work);
            }
            else
            {
                Dispatch(turn.Happened);
            }

            CancellationTokenSource? spent = null;
            lock (_core)
            {
                if (hasReturned)
                {
                    spent = Finish(turn.Work, null);
                    turn.Keep(turn.Work.Memory);
                }

                turn.IsHandling = hasReturned && TryTakeWaiting(out turn.Work);
                isMore = turn.IsHandling || TryNext(ref turn);
            }

            spent?.Dispose();
        }
        while (isMore);
        turn.Release();
    }

    /// <summary>Under the lock: the next event; when there is none, sends what there is to say and looks for what others have left meanwhile.</summary>
    /// <returns>False when there is nothing more, and nobody is the drainer any more.</returns>
    private bool TryNext(ref Turn turn)
    {
        var now = Now;
        while (!_core.Read(ref turn.Input, now, out turn.Happened))
        {
            Pump(now);
            if (turn.Kept is not null)
            {
                ArrayPool<byte>.Shared.Return(turn.Kept);
                turn.Kept = null;
                _transport.Resume();
            }

            if (_transit is { Input: { } late } transit)
            {
                (turn.Kept, turn.Input, transit.Input) = (late, late.AsMemory(0, transit.InputLength), null);
                _transit = transit.Rest();
            }
            else if (!_again && _isConcluded == IsOver)
            {
                Settle();
                _drainer = 0;
                return false;
            }

            (_again, now) = (false, Now);
        }

        // Counted here and not when it is dispatched: the connection may end, and its report be made, in between.
        if (turn.Happened.Kind is SessionEventKind.Message or SessionEventKind.Ask)
        {
            turn.IsHandling = Admit(ref turn);
            turn.Happened = default;
        }
        else if (turn.Happened.Kind == SessionEventKind.Unknown)
        {
            Made.AsksUnknown++;
        }

        return true;
    }

    private void Dispatch(in SessionEvent happened)
    {
        switch (happened.Kind)
        {
            case SessionEventKind.Answered or SessionEventKind.Refused or SessionEventKind.Unknown:
                SettleAsk(happened);
                break;
            case SessionEventKind.Delivered:
                TellDelivered(happened.Number);
                break;
            case SessionEventKind.Cancelled:
                Cancel(happened.Number);
                break;
            case SessionEventKind.Opened:
                TellOpened();
                break;
            case SessionEventKind.Dismissed:
                TellDismissed(new Dismissal((DismissReason)happened.Reason, happened.What, happened.RetryAfter));
                break;
            case SessionEventKind.Ended:
                Conclude();
                break;
        }
    }

    private void TellDismissed(in Dismissal dismissal)
    {
        lock (_core)
        {
            Made.Dismissal = dismissal;
        }

        _settings.Watch.Dismissed(this);
        try
        {
            Face.TellDismissed(dismissal);
        }
        catch (Exception thrown)
        {
            SessionLog.EventFailed(_settings.Logger, nameof(FarewellSession.Dismissed), thrown);
        }
    }

    /// <summary>Under the lock, last: frees the senders that wait, and asks to be woken.</summary>
    private void Settle()
    {
        FreeWaiters();
        var due = _agesAt < _core.NextDeadline && _core.State == SessionState.Open ? _agesAt : _core.NextDeadline;
        if (IsOver)
        {
            SettleEnd();
        }
        else if (due < DueAt)
        {
            _settings.Wheel.Wake(this, due);
        }
    }

    /// <summary>
    /// A last word can end the session (Goodbye, to a leaver that has ended its direction), and so can a deadline while a handler blocks the drainer: the connection is ended all the same.
    /// </summary>
    private void SettleEnd()
    {
        if (_drainer != 0)
        {
            EndTransport();
        }
        else if (!_isConcluded)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static driver => driver.Tick(), this, preferLocal: true);
        }
    }

    /// <summary>The session is over: ends the connection as the machine says.</summary>
    private void Conclude()
    {
        _settings.Wheel.Forget(this);
        StopHandlers();
        GiveUpConfirmations();
        lock (_core)
        {
            _isConcluded = true;
            FreeWaiters();
            EndTransport();
        }
    }

    /// <summary>Under the lock.</summary>
    private void EndTransport()
    {
        if (_isTransportEnded)
        {
            return;
        }

        _isTransportEnded = true;
        Trace.End(_transport, _core.Disposition, _core.Cause, _settings);
    }

    private void Note(CloseEventKind kind) => Trace.Note(kind, _settings.Wheel.Exact);

    /// <summary>The drainer's: what it reads from, in whose memory, and what has just happened.</summary>
    private ref struct Turn
    {
        private const int LeastOfPool = 16;

        public ReadOnlyMemory<byte> Input;
        public byte[]? Kept;
        public SessionEvent Happened;

        /// <summary>What a handler is to be run for, instead of what has happened.</summary>
        public bool IsHandling;

        public Work Work;

        /// <summary>Memory of a handler that has returned, for the next: most messages need no visit to the pool.</summary>
        public byte[]? Spare;

        /// <summary>Memory for a payload: no more than the pool would give, as a handler may hold it for as long as it likes.</summary>
        public byte[] Rent(int length)
        {
            var memory = Spare;
            Spare = null;
            if (memory is not null && memory.Length >= length && memory.Length < 2 * Math.Max(length, LeastOfPool))
            {
                return memory;
            }

            Return(memory);
            return ArrayPool<byte>.Shared.Rent(length);
        }

        /// <summary>Takes memory back.</summary>
        public void Keep(byte[]? memory)
        {
            if (memory is not null)
            {
                Return(Spare);
                Spare = memory;
            }
        }

        public void Release() => Return(Spare);

        private static void Return(byte[]? memory)
        {
            if (memory is not null)
            {
                ArrayPool<byte>.Shared.Return(memory);
            }
        }
    }
}
