using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class GoesAway : Http2KeepAliveTimeout
{
    public override About About => new("kestrel-http2-keep-alive-timeout-farewell", EndingSide.Client, 36)
    {
        Does = "UseFarewell: an HTTP/2 connection is idle for longer than KeepAliveTimeout; the client heeds GOAWAY",
        Lesson = "GOAWAY tells the client, which closes first.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
        IsSlow = true,
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override Task EndAsync(LabSocket client) => client.HeedGoAwayAsync();
}
