using System.Net;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Sessions;

namespace Farewell;

/// <summary>One side of a session: what an application sends, asks, and how it ends.</summary>
/// <remarks>Every member may be called from any thread, and from inside handlers.</remarks>
public sealed class FarewellSession : IAsyncDisposable
{
    private readonly SessionDriver _driver;

    internal FarewellSession(SessionDriver driver) => _driver = driver;

    /// <summary>Stayer: the leaver was asked to leave. Leaver: the stayer asks to leave; what is sent from now on belongs on another session.</summary>
    public event EventHandler<Dismissal>? Dismissed;

    /// <summary>This side's role.</summary>
    public Role Role => _driver.Core.Role;

    /// <summary>The state of the session.</summary>
    public SessionState State => _driver.Core.State;

    /// <summary>The peer's address; null on a carrier without addresses.</summary>
    public EndPoint? RemoteEndPoint => _driver.Transport.RemoteEndPoint;

    /// <summary>The own address; null on a carrier without addresses.</summary>
    public EndPoint? LocalEndPoint => _driver.Transport.LocalEndPoint;

    /// <summary>The largest payload that the peer accepts, in octets; 960 until its Hello was read.</summary>
    public int LargestToSend => _driver.Core.LargestToSend;

    /// <summary>What became of this side's messages so far.</summary>
    public Tally Messages => _driver.Core.Tally;

    /// <summary>Messages that a full queue dropped.</summary>
    public long Dropped => _driver.Dropped;

    /// <summary>Whatever the application keeps with a session.</summary>
    public object? UserState { get; set; }

    /// <summary>Completes when the connection is ended, with how; never faulted.</summary>
    public Task<SessionReport> Completion => _driver.Completion;

    /// <summary>Sends a message. When the queue is full, the policy decides: by default this waits.</summary>
    /// <param name="payload">The message; the caller's again when the task has completed.</param>
    /// <param name="cancellation">Gives up waiting; a message that is accepted is sent.</param>
    public ValueTask<SendResult> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => _driver.SendAsync(payload, cancellation);

    /// <summary>Sends a message if there is room for it in the queue.</summary>
    /// <param name="payload">The message; the caller's again when this returns.</param>
    public SendResult TrySend(ReadOnlyMemory<byte> payload) => _driver.TrySend(payload);

    /// <summary>Takes messages one by one until the session is over. A message is handled, and its peer told so, when the next one is asked for.</summary>
    /// <param name="cancellation">Stops taking; the session goes on.</param>
    /// <returns>Payloads, each valid until the next is asked for.</returns>
    /// <exception cref="InvalidOperationException">The session has a handler, which gets them.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(CancellationToken cancellation = default) =>
        _driver.Inbox?.TakeAllAsync(Completion, cancellation) ?? throw new InvalidOperationException("Messages go to the handler of this session: take them there, or connect without a handler.");

    /// <summary>Asks the peer. From inside a handler, use <see cref="Message.AskAsync"/>.</summary>
    /// <param name="payload">The ask; the caller's again when the call returns a task that is not completed, or the task has completed.</param>
    /// <param name="cancellation">Gives the answer up; the peer is told.</param>
    /// <exception cref="ArgumentException">The ask is larger than the peer accepts (<see cref="LargestToSend"/>).</exception>
    /// <exception cref="OperationCanceledException">The answer was given up.</exception>
    public ValueTask<AskResult> AskAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => _driver.AskAsync(payload, nested: false, cancellation);

    /// <summary>Completes once the peer's handlers of all messages up to a number have returned.</summary>
    /// <param name="number">The number that <see cref="SendAsync"/> gave.</param>
    /// <returns>False if the session ended before it was confirmed, or that message was dropped by <see cref="FullQueue.DropOldest"/>.</returns>
    public Task<bool> DeliveredAsync(uint number) => _driver.DeliveredAsync(number);

    /// <summary>Stayer: asks the leaver to leave, and gives it time to. Leaver: leaves. Does not wait; <see cref="Completion"/> does.</summary>
    /// <param name="reason">Why, for a stayer.</param>
    /// <param name="grace">The time given; null for the limit's.</param>
    /// <param name="retryAfter">Stayer: when a new connection is welcome; null says nothing.</param>
    public void End(DismissReason reason = DismissReason.Application, TimeSpan? grace = null, TimeSpan? retryAfter = null)
    {
        if (Role == Role.Stayer)
        {
            _driver.Dismiss(reason, grace, retryAfter, null);
        }
        else
        {
            _driver.Leave(grace);
        }
    }

    /// <summary>Resets the connection. What was not confirmed stays unknown.</summary>
    public void Abort() => _driver.Abort();

    /// <summary>Ends the session in good order and waits until its connection is ended.</summary>
    public async ValueTask DisposeAsync()
    {
        // What nobody will take any more is not waited for; the peer is not told that it was handled.
        End(grace: _driver.Inbox is { HasUnread: true } ? TimeSpan.FromMilliseconds(1) : null);
        await Completion.ConfigureAwait(false);
    }

    internal bool Begin(in Message message) => _driver.Begin(message);

    internal void TellDismissed(in Dismissal dismissal) => Dismissed?.Invoke(this, dismissal);
}

/// <summary>The stayer asks to leave.</summary>
/// <param name="Reason">Why.</param>
/// <param name="What">Which violation, if that is the reason.</param>
/// <param name="RetryAfter">When a new connection to the same server is welcome; null if nothing was said.</param>
public readonly record struct Dismissal(DismissReason Reason, Violation What, TimeSpan? RetryAfter);

/// <summary>A session could not begin, or is over.</summary>
public sealed class FarewellException : IOException
{
    internal FarewellException(SessionReport report, Dismissal? dismissal)
        : base(Describe(report, dismissal)) => (Report, Dismissal) = (report, dismissal);

    internal FarewellException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What became of the session; null if there was none.</summary>
    public SessionReport? Report { get; }

    /// <summary>What the server said when it turned the connection away; null if it said nothing.</summary>
    public Dismissal? Dismissal { get; }

    private static string Describe(SessionReport report, Dismissal? dismissal) => report.Cause switch
    {
        _ when dismissal is { RetryAfter: { } after } => $"{report.RemoteEndPoint} turned the connection away ({dismissal.Value.Reason}): try again in {after.TotalMilliseconds:0} ms, or elsewhere.",
        _ when dismissal is not null => $"{report.RemoteEndPoint} turned the connection away ({dismissal.Value.Reason}).",
        Cause.Violation or Cause.ToldViolation when report.What == Violation.Foreign => $"{report.RemoteEndPoint} does not speak Farewell: is it the right port, and is TLS meant?",
        Cause.Violation or Cause.ToldViolation => $"The session with {report.RemoteEndPoint} ended by a violation of the protocol: {report.What}.",
        Cause.HandshakeOverdue => $"{report.RemoteEndPoint} said no Hello in time: does it speak Farewell, or is it too busy to accept?",
        _ => $"The session with {report.RemoteEndPoint} is over: {report.Cause}.",
    };
}
