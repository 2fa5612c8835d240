using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class ToldItsMistake : BadRequest
{
    public override About About => new("kestrel-bad-request-farewell", EndingSide.Client, 31)
    {
        Does = "UseFarewell: the client sends no HTTP, is answered 400, and leaves",
        Lesson = "The 400 carries Connection: close, so the client is told.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadMessageAsync();
        client.Close();
    }
}
