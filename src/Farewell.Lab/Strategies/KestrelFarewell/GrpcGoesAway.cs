using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class GrpcGoesAway : GrpcKeepAliveTimeout
{
    public override About About => new("kestrel-grpc-keep-alive-timeout-farewell", EndingSide.Client, 37)
    {
        Does = "UseFarewell: after a unary gRPC call the client heeds the GOAWAY of the idle limit",
        Lesson = "The same for gRPC: no TIME_WAIT on the server.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
        IsSlow = true,
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override Task EndAsync(LabSocket client) => client.HeedGoAwayAsync();
}
