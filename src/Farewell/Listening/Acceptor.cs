using System.Net.Sockets;
using Farewell.Linux;
using Farewell.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Listening;

/// <summary>
/// Accepts connections from a listener until told to stop, whatever fails in between; and at a stop takes everything that still waits, so that
/// nobody is reset who was never told. It pauses while few descriptors are left, and does not wait for the last to go. First
/// <see cref="RunAsync"/>, cancelled; then <see cref="Drain"/>; then dispose.
/// </summary>
public sealed partial class Acceptor : IDisposable
{
    // accept(2) reports the errors of a connection that is gone with it. So many in a row are the listener's.
    private const int FailuresInARow = 64;

    private readonly Socket _listener;
    private readonly AcceptorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile TaskCompletionSource _wake = NewWake();
    private readonly AcceptPauses _pauses;
    private int _ceiling = int.MaxValue;
    private bool _isStarved;
    private volatile bool _isDisposed;
    private int _failures;

    /// <summary>An acceptor; it owns the listener from now on.</summary>
    /// <param name="listener">From <see cref="ListenSocket"/>.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <param name="time">The clock of its pauses; the system's when null.</param>
    /// <param name="logger">Where pauses are told; nowhere when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The retry time is not positive, or the kept descriptors are negative.</exception>
    public Acceptor(Socket listener, AcceptorOptions? options = null, TimeProvider? time = null, ILogger<Acceptor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _listener = listener;
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.Retry, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.KeptDescriptors, nameof(options));
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<Acceptor>.Instance;
        _pauses = new AcceptPauses(_options, _time, _logger);
    }

    /// <summary>Whether accepting pauses for want of descriptors or memory.</summary>
    public bool IsPaused => _pauses.IsPaused;

    /// <summary>Whether connections may wait in the accept queue for want of descriptors or memory.</summary>
    internal bool IsStarved => _isStarved;

    /// <summary>Connections that were lost before they were accepted (ECONNABORTED and the like).</summary>
    public long Lost { get; private set; }

    /// <summary>Accepts until cancelled or disposed; then returns, and nothing is lost that was accepted. Once at a time.</summary>
    /// <param name="accepted">
    /// Takes over each connection, quickly: it runs in the accepting loop. If it throws, the connection is aborted and accepting goes on.
    /// </param>
    /// <param name="cancellation">Ends it; what waits in the accept queue stays there.</param>
    /// <exception cref="SocketException">The listener failed for good.</exception>
    public async Task RunAsync(Action<Socket> accepted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        _ceiling = OperatingSystem.IsLinux() ? DescriptorRoom.Ceiling(_options.KeptDescriptors) : int.MaxValue;
        try
        {
            while (true)
            {
                try
                {
                    while (_isStarved)
                    {
                        await PauseAsync(SocketError.TooManyOpenSockets, cancellation).ConfigureAwait(false);
                        _isStarved = OperatingSystem.IsLinux() && !DescriptorRoom.IsThere(_ceiling);
                    }

                    var pending = _listener.AcceptAsync(cancellation);
                    if (!pending.IsCompleted)
                    {
                        // Nobody waits: only then is a pause really over. One descriptor given back does not end it.
                        _pauses.End();
                    }

                    var socket = await pending.ConfigureAwait(false);
                    _isStarved = socket.SafeHandle.DangerousGetHandle() >= _ceiling && OperatingSystem.IsLinux();
                    Take(socket, accepted);
                }
                catch (SocketException failed)
                    when (!IsOver(cancellation) && Action(failed.SocketErrorCode) is not AcceptFailure.Fatal and var action)
                {
                    if (action == AcceptFailure.Pause)
                    {
                        await PauseAsync(failed.SocketErrorCode, cancellation).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (Exception ended) when (IsOver(cancellation)
            && ended is OperationCanceledException or ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
        {
            // As asked.
        }
    }

    /// <summary>Ends a pause at once: a descriptor has been given back. Costs next to nothing when there is no pause.</summary>
    public void Resume()
    {
        if (IsPaused)
        {
            _wake.TrySetResult();
        }
    }

    /// <summary>
    /// Takes what waits in the accept queue, as far as there are descriptors, and does not wait for more. Not for a listener that another process goes on with: leave the queue to it.
    /// Connections whose handshake is under way are still reset when the listener is disposed.
    /// </summary>
    /// <param name="accepted">As in <see cref="RunAsync"/>, which must have ended.</param>
    /// <param name="atMost">How many to take, so that a flood cannot hold up a stop; by default as many as a queue can hold, 65,535.</param>
    /// <returns>How many were taken.</returns>
    public int Drain(Action<Socket> accepted, int atMost = ushort.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        if (_isStarved && OperatingSystem.IsLinux() && !DescriptorRoom.IsThere(_ceiling))
        {
            return 0;
        }

        var taken = 0;
        _isStarved = false;
        while (taken < atMost && !_isStarved)
        {
            try
            {
                _listener.Blocking = false;
                var socket = _listener.Accept();
                _isStarved = socket.SafeHandle.DangerousGetHandle() >= _ceiling && OperatingSystem.IsLinux();

                // .NET hands the listener's mode on, and no other accepted socket has this one.
                socket.Blocking = true;
                taken++;
                Take(socket, accepted);
            }
            catch (SocketException failed) when (failed.SocketErrorCode != SocketError.WouldBlock && Action(failed.SocketErrorCode) == AcceptFailure.Next)
            {
            }
            catch (SocketException failed)
            {
                // Nothing waits any more, or nothing more can be had.
                _isStarved = failed.SocketErrorCode != SocketError.WouldBlock && AcceptFailures.Of(failed.SocketErrorCode) == AcceptFailure.Pause;
                break;
            }
            catch (ObjectDisposedException)
            {
                // Somebody else has closed the listener.
                break;
            }
        }

        return taken;
    }

    /// <summary>Closes the listener: the kernel resets what still waits in its queue, unless another process has the listener too.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _listener.Dispose();
    }

    private bool IsOver(CancellationToken cancellation) => cancellation.IsCancellationRequested || _isDisposed;

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Take(Socket socket, Action<Socket> accepted)
    {
        _failures = 0;
        try
        {
            accepted(socket);
        }
        catch (Exception thrown)
        {
            LogRefused(_logger, thrown);
            EndSocket.Abort(socket);
        }
    }

    private AcceptFailure Action(SocketError error)
    {
        var action = AcceptFailures.Of(error);
        if (action != AcceptFailure.Next)
        {
            return action;
        }

        Lost++;
        return ++_failures < FailuresInARow ? action : AcceptFailure.Pause;
    }

    private async Task PauseAsync(SocketError cause, CancellationToken cancellation)
    {
        _pauses.Begin(cause);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(_options.Retry, _time, over.Token), _wake.Task).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (_wake.Task.IsCompleted)
        {
            _wake = NewWake();
        }
    }
}
