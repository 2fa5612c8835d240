using System.Net;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>Kestrel as it comes, in the server's namespace, with the pages that the tests ask for.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HttpHost : IAsyncDisposable
{
    public const int LargeSize = 8 << 20;

    private readonly WebApplication _application;
    private int _waiting;
    private int _received;

    private HttpHost(WebApplication application) => _application = application;

    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>Requests that wait to be given up.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Octets of bodies that were read by pages which do not answer.</summary>
    public int Received => Volatile.Read(ref _received);

    public static async Task<HttpHost> StartAsync(VethNetwork network, Wire wire, TimeSpan? keepAlive = null)
    {
        IPEndPoint? bound = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = wanted =>
        {
            var socket = network.Server.Run(() => SocketTransportOptions.CreateDefaultBoundListenSocket(wanted));
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.KeepAliveTimeout = keepAlive ?? kestrel.Limits.KeepAliveTimeout;
            kestrel.Listen(VethNetwork.ServerAddress, 0, listen =>
            {
                listen.Protocols = wire.Http == 1 ? HttpProtocols.Http1 : HttpProtocols.Http2;
                if (wire.Tls != SslProtocols.None)
                {
                    listen.UseHttps(TestCertificates.Server, https => https.SslProtocols = wire.Tls);
                }
            });
        });
        var host = new HttpHost(builder.Build());
        host._application.Run(host.AnswerAsync);
        await host._application.StartAsync();
        host.EndPoint = bound!;
        return host;
    }

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    public static byte Octet(int at) => (byte)((at * 31) + (at >> 8));

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/wait":
                Interlocked.Increment(ref _waiting);
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Decrement(ref _waiting);
                break;
            case "/swallow":
                var piece = new byte[4096];
                int count;
                while ((count = await context.Request.Body.ReadAsync(piece)) > 0)
                {
                    Interlocked.Add(ref _received, count);
                }

                Interlocked.Increment(ref _waiting);
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Decrement(ref _waiting);
                break;
            case "/close":
                context.Response.Headers.Connection = "close";
                await context.Response.Body.WriteAsync(new byte[1000]);
                break;
            case "/large":
                context.Response.ContentLength = LargeSize;
                var large = new byte[LargeSize];
                for (var i = 0; i < large.Length; i++)
                {
                    large[i] = Octet(i);
                }

                await context.Response.Body.WriteAsync(large);
                break;
            default:
                using (var body = new MemoryStream())
                {
                    await context.Request.Body.CopyToAsync(body);
                    await context.Response.Body.WriteAsync(body.Length > 0 ? body.ToArray() : "hello"u8.ToArray());
                }

                break;
        }
    }
}
