using Farewell.AspNetCore;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class WebSocketClosed : WebSocketClose
{
    public override About About => new("kestrel-websocket-farewell", EndingSide.Server, 35)
    {
        Does = "UseFarewell: close frames are exchanged on a WebSocket, and the client waits for the server",
        Lesson = "The server still closes first, by an unheld FIN: clean, and no TIME_WAIT.",
        Expected = [Outcome.ServerFinThenReset],
    };

    protected override FarewellHttpOptions Farewell => new();
}
