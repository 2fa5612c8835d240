using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Listening;
using Farewell.Timing;
using Microsoft.Extensions.Logging;

namespace Farewell.Engine;

/// <summary>A listener on an event loop, whose connections are dealt out to all loops in turn. It pauses as <see cref="Acceptor"/> does.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LoopFront : Front, ILoopEntry
{
    private const int AtOnce = 32;
    private const int FailuresInARow = 64;

    private readonly Socket _listener;

    // Another descriptor of the listener: whoever closes the socket elsewhere takes nothing from the loop, and its number stays ours.
    private readonly SafeSocketHandle _own;
    private readonly int _descriptor;
    private readonly EventLoops _loops;
    private readonly EventLoop _home;
    private readonly DeadlineWheel _wheel;
    private readonly AcceptorOptions _options;
    private readonly ILogger _logger;
    private readonly AcceptPauses _pauses;
    private readonly Retry _retry;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<Accepted> _accepted = static accepted => accepted.Abort();
    private int _ceiling = int.MaxValue;
    private int _failures;
    private bool _isStarved;
    private bool _isOver;

    /// <summary>It owns the listener and the loops from now on.</summary>
    public LoopFront(Socket listener, EventLoops loops, DeadlineWheel wheel, AcceptorOptions options, TimeProvider clock, ILogger logger)
    {
        (_listener, _loops, _wheel, _options, _logger) = (listener, loops, wheel, options, logger);
        _own = TakeOver.Duplicate(listener);
        (_descriptor, _home) = ((int)_own.DangerousGetHandle(), loops.Next());
        _pauses = new AcceptPauses(options, clock, logger);
        _retry = new Retry(this);

        // Both are handed on to what is accepted; of .NET's own modes only the blocking one would be.
        listener.Blocking = false;
        listener.NoDelay = true;
    }

    public override Task RunAsync(Action<Accepted> accepted, CancellationToken cancellation)
    {
        (_accepted, _ceiling) = (accepted, DescriptorRoom.Ceiling(_options.KeptDescriptors));
        _home.Post(this, LoopCall.Start);
        cancellation.UnsafeRegister(static front => ((LoopFront)front!).Stop(), this);
        return _over.Task;
    }

    public override void Resume()
    {
        if (_pauses.IsPaused)
        {
            _home.Post(this, LoopCall.Resume);
        }
    }

    public override bool IsStarved => _isStarved;

    public override int Drain(Action<Accepted> accepted)
    {
        if (_isStarved && !DescriptorRoom.IsThere(_ceiling))
        {
            return 0;
        }

        (_accepted, _isStarved) = (accepted, false);
        var taken = 0;
        while (taken < ushort.MaxValue && !_isStarved)
        {
            if (AcceptOne(out var error))
            {
                taken++;
            }
            else if (AcceptFailures.Of(error) != AcceptFailure.Next || ++_failures >= FailuresInARow)
            {
                // Nothing waits any more, or nothing more can be had.
                _isStarved = error != SocketError.WouldBlock && AcceptFailures.Of(error) == AcceptFailure.Pause;
                break;
            }
        }

        return taken;
    }

    public override void CloseListener()
    {
        _own.Dispose();
        _listener.Dispose();
    }

    public override void Dispose()
    {
        _own.Dispose();
        _wheel.Forget(_retry);
        _loops.Dispose();
    }

    public void Ready(Readiness readiness)
    {
        for (var i = 0; i < AtOnce && !_isOver && !_isStarved; i++)
        {
            if (!AcceptOne(out var error) && !GoesOnAfter(error))
            {
                return;
            }
        }

        if (_isStarved)
        {
            Pause(SocketError.TooManyOpenSockets);
        }
    }

    public void Called(LoopCall call)
    {
        if (_isOver)
        {
            return;
        }

        switch (call)
        {
            case LoopCall.Start:
                Serve();
                break;
            case LoopCall.End:
                Finish(null);
                break;
            case LoopCall.Resume or LoopCall.Deadline when _pauses.IsPaused:
                TryAgain();
                break;
        }
    }

    private void Serve()
    {
        try
        {
            _home.Serve(_descriptor, this, Readiness.Input);
        }
        catch (IOException refused)
        {
            Finish(refused);
        }
    }

    private void Stop() => _home.Post(this, LoopCall.End);

    private void Finish(Exception? failure)
    {
        _isOver = true;
        _wheel.Forget(_retry);
        _home.Forget(_descriptor, this);
        _ = failure is null ? _over.TrySetResult() : _over.TrySetException(failure);
    }

    /// <summary>Accepts one, and has it taken over.</summary>
    private bool AcceptOne(out SocketError error)
    {
        Span<byte> address = stackalloc byte[SocketAddress.Size];
        var octets = (uint)SocketAddress.Size;
        var descriptor = Libc.Accept(_descriptor, address, ref octets, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        if (descriptor < 0)
        {
            error = SocketErrors.Of(Marshal.GetLastPInvokeError());
            return false;
        }

        (error, _failures, _isStarved) = (SocketError.Success, 0, descriptor >= _ceiling);
        var accepted = new Accepted(descriptor, SocketAddress.Read(address[..(int)Math.Min(octets, SocketAddress.Size)]), _loops);
        try
        {
            _accepted(accepted);
        }
        catch (Exception thrown)
        {
            LogRefused(_logger, thrown);
            accepted.Abort();
        }

        return true;
    }

    /// <returns>Whether to accept on in this turn.</returns>
    private bool GoesOnAfter(SocketError error)
    {
        if (error == SocketError.WouldBlock)
        {
            // Nobody waits: only then is a pause really over. One descriptor given back does not end it.
            _pauses.End();
            return false;
        }

        var failure = AcceptFailures.Of(error);
        if (failure == AcceptFailure.Next && ++_failures < FailuresInARow)
        {
            return true;
        }

        if (failure == AcceptFailure.Fatal)
        {
            Finish(new SocketException((int)error));
        }
        else
        {
            Pause(error);
        }

        return false;
    }

    private void Pause(SocketError cause)
    {
        _pauses.Begin(cause);
        _home.Change(_descriptor, Readiness.None);
        _wheel.Wake(_retry, _wheel.Now + _options.Retry);
    }

    private void TryAgain()
    {
        _isStarved = _isStarved && !DescriptorRoom.IsThere(_ceiling);
        if (_isStarved)
        {
            _wheel.Wake(_retry, _wheel.Now + _options.Retry);
            return;
        }

        _home.Change(_descriptor, Readiness.Input);
        Ready(Readiness.Input);
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "An accepted connection was aborted: whoever was to take it threw.")]
    private static partial void LogRefused(ILogger logger, Exception thrown);

    private sealed class Retry(LoopFront front) : Scheduled
    {
        public override void Tick() => front._home.Post(front, LoopCall.Deadline);
    }
}
