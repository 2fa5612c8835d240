using Farewell.AspNetCore;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class OldClient : Http10
{
    public override About About => new("kestrel-http-10-farewell", EndingSide.Server, 26)
    {
        Does = "UseFarewell: the client asks in HTTP/1.0 and waits for the server to close",
        Lesson = "Where the end is the message it comes at once: a TIME_WAIT, and no page broken.",
        Expected = [Outcome.ServerHeld],
    };

    protected override FarewellHttpOptions Farewell => new();
}
