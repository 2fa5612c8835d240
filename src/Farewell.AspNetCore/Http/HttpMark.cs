using Farewell.AspNetCore.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace Farewell.AspNetCore;

/// <summary>
/// What HTTP has said on one connection; a feature of it. Written by the requests' outermost middleware, read once the connection's work is over. Costs a request no allocation.
/// </summary>
internal sealed class HttpMark
{
    private CountingWriter _output;
    private LastWord _word;
    private HttpContext? _context;
    private Task? _work;
    private long _begin;
    private UpgradeMark? _upgrade;

    /// <summary>What keeps a stop from the connection until its next request begins; null where stops are not patient.</summary>
    public HeldStop? Stop { get; set; }

    public HttpMark(CountingWriter output) => _output = output;

    /// <summary>Where HTTP writes: above TLS, if there is TLS.</summary>
    public CountingWriter Output
    {
        set => _output = value;
    }

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">The application.</param>
    /// <param name="keepAlive">What to announce as <c>Keep-Alive</c>; empty for nothing.</param>
    public Task RunAsync(HttpContext context, RequestDelegate next, StringValues keepAlive)
    {
        var request = context.Request;
        if (HttpProtocol.IsHttp2(request.Protocol))
        {
            // Its streams run beside each other, and none of them speaks for the connection.
            _word = LastWord.Http2;
            return next(context);
        }

        (_word, _context, _work, _begin) = (LastWord.Working, context, null, _output.Written);
        _output.WatchesHeads = false;
        Stop?.RequestBegins();
        var connection = request.Headers.Connection;

        // By its type: a generic Get through the interface costs some 50 ns more. Without the header Kestrel upgrades nothing.
        if (connection.Count > 0 && context.Features[typeof(IHttpUpgradeFeature)] is IHttpUpgradeFeature { IsUpgradableRequest: true } upgrade)
        {
            context.Features.Set<IHttpUpgradeFeature>(_upgrade = new UpgradeMark(upgrade, context));
        }
        else if (keepAlive.Count > 0 && HttpProtocol.IsHttp11(request.Protocol) && !Says(connection, "close"))
        {
            context.Response.Headers.KeepAlive = keepAlive;
        }

        context.Response.OnCompleted(static mark => ((HttpMark)mark).CompletedAsync(), this);
        return _work = next(context);
    }

    /// <summary>What HTTP said last, the error responses included that Kestrel writes without the application.</summary>
    public LastWord Word => _output.HeadTells ? LastWord.Close : _word;

    private async Task CompletedAsync()
    {
        var (context, work) = (_context!, _work);
        (_context, _work) = (null, null);
        _word = WordOf(context, failed: work is not { IsCompletedSuccessfully: true });
        if (_word == LastWord.Close && context.Features.Get<ISslStreamFeature>() is { } tls)
        {
            // Kestrel itself says no close_notify. A client that reads to the end of TLS would otherwise wait for the end of the grace.
            await tls.SslStream.ShutdownAsync().ConfigureAwait(false);
        }

        _output.WatchesHeads = true;
    }

    private LastWord WordOf(HttpContext context, bool failed)
    {
        var response = context.Response;
        if (_upgrade is { IsUpgraded: true } upgrade)
        {
            return upgrade.BothClosed ? LastWord.WebSocketClosed : LastWord.Upgraded;
        }

        var connection = response.Headers.Connection;
        if (connection.Count == 0 || !Says(connection, "close"))
        {
            return LastWord.Persist;
        }

        // An application that threw may have cut its response off; then only the end of the connection tells.
        var tells = HttpProtocol.IsHttp11(context.Request.Protocol) && !failed && IsWhole(context, response);
        return tells ? LastWord.Close : LastWord.EndsWithConnection;
    }

    /// <summary>
    /// Whether the client can tell where the response ends, and it was not cut off, as far as the octets written can tell (which count the head too).
    /// </summary>
    private bool IsWhole(HttpContext context, HttpResponse response) => response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
        || HttpMethods.IsHead(context.Request.Method)
        || (response.ContentLength is { } length ? _output.Written - _begin >= length : Says(response.Headers.TransferEncoding, "chunked"));

    private static bool Says(StringValues values, string token)
    {
        foreach (var value in values)
        {
            if (value is not null && value.Contains(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
