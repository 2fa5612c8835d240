using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.Bench.Last;

/// <summary>Kestrel with or without UseFarewell: HTTP/1.1, HTTP/2 without TLS, both in TLS, and an endpoint that tells when Kestrel's clock ticked.</summary>
internal sealed class LastServer(WebApplication application, Uri[] addresses) : IAsyncDisposable
{
    private static readonly byte[] Hello = "hello, wire\n"u8.ToArray();

    private long _tick;

    public Uri Http1 => addresses[0];

    public Uri Http2 => addresses[1];

    public Uri Tls => addresses[2];

    /// <summary>HTTP/1.1 with <see cref="Tick"/>.</summary>
    public Uri Ticking => addresses[3];

    /// <summary>When Kestrel last looked at the time limits of the connections of <see cref="Ticking"/>, before it did.</summary>
    public long Tick => Interlocked.Read(ref _tick);

    /// <summary>What pages report, and whoever waits for it.</summary>
    public TaskCompletionSource<string> Report { get; set; } = new();

    public static async Task<LastServer> StartAsync(bool withFarewell)
    {
        LastServer? self = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.UseHttps(Certificate()));
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection =>
                {
                    connection.Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ => Interlocked.Exchange(ref self!._tick, Stopwatch.GetTimestamp()), state: null!);
                    return next(connection);
                });
            });
        });
        if (withFarewell)
        {
            builder.WebHost.UseFarewell();
        }

        var application = builder.Build();
        application.UseWebSockets();
        application.Run(context => AnswerAsync(context, self!));
        await application.StartAsync();
        return self = new LastServer(application, [.. application.Urls.Select(static url => new Uri(url))]);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, LastServer server)
    {
        switch (context.Request.Path.Value)
        {
            case "/unframed":
                // Chunked, or to a client of HTTP/1.0 ended by the connection.
                await context.Response.Body.WriteAsync(Hello);
                break;
            case "/ws" or "/ws-close":
                await TalkAsync(context);
                break;
            case "/page":
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(Browser.Page);
                break;
            case "/report":
                server.Report.TrySetResult(context.Request.Query["result"]!);
                break;
            default:
                context.Response.ContentLength = Hello.Length;
                await context.Response.Body.WriteAsync(Hello);
                break;
        }
    }

    /// <summary>Answers a message by one of its own, or at <c>/ws-close</c> by its close frame.</summary>
    private static async Task TalkAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        await socket.ReceiveAsync(buffer.AsMemory(), default);
        if (context.Request.Path == "/ws")
        {
            await socket.SendAsync(Hello, WebSocketMessageType.Binary, true, default);
            await socket.ReceiveAsync(buffer.AsMemory(), default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
