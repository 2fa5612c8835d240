using Farewell.AspNetCore;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class IdleForLongInTls : HttpsKeepAliveTimeout
{
    public override About About => new("kestrel-https-keep-alive-timeout-farewell", EndingSide.Server, 39)
    {
        Does = "UseFarewell: in TLS 1.3 the client is silent for longer than the keep-alive limit of 1 s",
        Lesson = "As without TLS: an unheld FIN.",
        Expected = [Outcome.ServerFinThenReset],
        IsSlow = true,
    };

    protected override FarewellHttpOptions Farewell => new();
}
