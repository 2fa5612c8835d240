using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Farewell.AspNetCore;

/// <summary>Stands before Kestrel's own feature, to know that a request was upgraded and, of a WebSocket, that both close frames have passed.</summary>
internal sealed class UpgradeMark(IHttpUpgradeFeature kestrel, HttpContext context) : IHttpUpgradeFeature
{
    private CloseFrameStream? _frames;

    public bool IsUpgradableRequest => kestrel.IsUpgradableRequest;

    public bool IsUpgraded { get; private set; }

    public bool BothClosed => _frames is { BothClosed: true };

    public async Task<Stream> UpgradeAsync()
    {
        var stream = await kestrel.UpgradeAsync().ConfigureAwait(false);
        IsUpgraded = true;
        if (!context.Response.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase))
        {
            return stream;
        }

        return _frames = new CloseFrameStream(stream);
    }
}
