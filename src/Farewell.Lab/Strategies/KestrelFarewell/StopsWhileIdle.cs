using Farewell.AspNetCore;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class StopsWhileIdle : StopWhileIdle
{
    public override About About => new("kestrel-stop-while-idle-farewell", EndingSide.Server, 29)
    {
        Does = "UseFarewell: the host stops while the persistent connections are idle (StopSilence 0)",
        Lesson = "Silent clients lose nothing by an unheld FIN, and a stop leaves no TIME_WAIT.",
        Expected = [Outcome.ServerFinThenReset],
    };

    protected override FarewellHttpOptions Farewell => new() { StopSilence = TimeSpan.Zero };
}
