using Farewell.AspNetCore;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies.KestrelHttp;

namespace Farewell.Lab.Strategies.KestrelFarewell;

internal sealed class ToldItsSlowness : RequestHeadersTimeout
{
    public override About About => new("kestrel-headers-timeout-farewell", EndingSide.Client, 32)
    {
        Does = "UseFarewell: the client sends half a request head, is answered 408 after 1 s, and leaves",
        Lesson = "The 408 carries Connection: close too.",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }, Outcome.ClientFinThenReset with { PeerSaw = PeerSaw.Unknown }],
        IsSlow = true,
    };

    protected override FarewellHttpOptions Farewell => new();

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get()[..^2]);
        await client.ReadMessageAsync();
        client.Close();
    }
}
