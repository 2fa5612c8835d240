using Farewell.AspNetCore;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class IdleForLong : KeepAliveTimeout
{
    public override About About => new("kestrel-keep-alive-timeout-farewell", EndingSide.Server, 28)
    {
        Does = "UseFarewell: the client is silent for longer than the keep-alive limit of 1 s",
        Lesson = "A client silent for the whole limit has read everything: an unheld FIN.",
        Expected = [Outcome.ServerFinThenReset],
        IsSlow = true,
    };

    protected override FarewellHttpOptions Farewell => new();
}
