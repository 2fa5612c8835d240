using System.IO.Pipelines;
using System.Net;
using Farewell.Protocol;
using Farewell.Protocols;

namespace Farewell;

/// <summary>A connection of a user's own protocol: octets in and out, and what its handler may know and do about its end.</summary>
/// <remarks>
/// Both pipes are bounded: a handler that does not read makes the peer wait, a peer that does not read makes <see cref="PipeWriter.FlushAsync"/> wait. A word of the closing manner is said between two
/// flushes, never inside one: flush whole units of the protocol.
/// </remarks>
public sealed class ProtocolConnection : IDuplexPipe
{
    private readonly ProtocolDriver _driver;

    internal ProtocolConnection(ProtocolDriver driver, PipeReader input, PipeWriter output) => (_driver, Input, Output) = (driver, input, output);

    /// <summary>
    /// What the peer sends, the words of the closing manner among it. It ends when nothing more will come: after the peer's Done or FIN. It fails with a <see cref="FarewellException"/> if the connection
    /// was cut or reset before.
    /// </summary>
    public PipeReader Input { get; }

    /// <summary>What the peer gets. Completing it says that everything has been said; a flush tells by <see cref="FlushResult.IsCompleted"/> that it is too late to say more.</summary>
    public PipeWriter Output { get; }

    /// <summary>Cancelled when the connection is to end, whoever wants it: a stop, the idle limit, the peer's Done. Finish what is in hand; the grace runs.</summary>
    public CancellationToken Ending => _driver.Ending;

    /// <summary>This side's role.</summary>
    public Role Role => _driver.Role;

    /// <summary>The peer's address; null on a carrier without addresses.</summary>
    public EndPoint? RemoteEndPoint => _driver.RemoteEndPoint;

    /// <summary>The own address; null on a carrier without addresses.</summary>
    public EndPoint? LocalEndPoint => _driver.LocalEndPoint;

    /// <summary>Whatever the handler keeps with its connection.</summary>
    public object? UserState { get; set; }

    /// <summary>Completes when the connection is ended, with how; never faulted.</summary>
    public Task<SessionReport> Completion => _driver.Completion;

    /// <summary>Stayer: asks the peer to leave, in the manner's words. Leaver: leaves. Does not wait; <see cref="Completion"/> does.</summary>
    /// <param name="reason">Why, for a stayer.</param>
    /// <param name="grace">The time given; null for the limit's.</param>
    public void End(DismissReason reason = DismissReason.Application, TimeSpan? grace = null) => _driver.End(reason, grace);

    /// <summary>Resets the connection.</summary>
    public void Abort() => _driver.Abort();
}
