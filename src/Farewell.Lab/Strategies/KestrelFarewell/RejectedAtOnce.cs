using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class RejectedAtOnce : ConnectionLimit
{
    public override About About => new("kestrel-connection-limit-farewell", EndingSide.Server, 33)
    {
        Does = "UseFarewell: one connection takes up MaxConcurrentConnections and is then told to leave; every other is ended as it comes",
        Lesson = "Nobody has read or written on a rejected connection: an unheld FIN, no TIME_WAIT.",
        Expected =
        [
            // The served one is told; of the rejected ones a client may be so late that its socket is no longer connected when it looks.
            Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown },
            Outcome.ServerFinThenReset, Outcome.ServerFinThenReset with { PeerSaw = PeerSaw.BrokenPipe }, Outcome.ServerFinThenReset with { PeerSaw = PeerSaw.Unknown },
        ],
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override async Task EndAsync(LabSocket first)
    {
        await first.ReadMessageAsync();
        first.Close();
    }
}
