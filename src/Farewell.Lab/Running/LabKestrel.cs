using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Farewell.AspNetCore;
using Farewell.AspNetCore.Transports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Farewell.Lab.Running;

/// <summary>Kestrel itself on the server's host, without a web application around it that would log and listen for Ctrl+C.</summary>
internal sealed class LabKestrel : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // What Kestrel's TLS looks for its logger and meters in.
    private static readonly Lazy<IServiceProvider> Services = new(static () =>
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        return builder.Build().Services;
    });

    private readonly KestrelServer _server;

    private LabKestrel(KestrelServer server) => _server = server;

    /// <summary>Starts a server whose connections are handled by middleware, usually <c>listen.Run(...)</c>.</summary>
    public static Task<LabKestrel> StartAsync(Arena arena, Action<ListenOptions> listen) =>
        StartAsync(arena, static _ => { }, listen, static _ => Task.CompletedTask, farewell: null);

    /// <summary>Starts an HTTP server.</summary>
    /// <param name="arena">Where.</param>
    /// <param name="configure">Kestrel's own options.</param>
    /// <param name="handler">The application.</param>
    /// <param name="protocols">What the endpoint speaks.</param>
    /// <param name="tls">The TLS below it.</param>
    /// <param name="farewell">The options of <c>UseFarewell</c>; null without it.</param>
    public static Task<LabKestrel> StartHttpAsync(
        Arena arena, Action<KestrelServerOptions> configure, RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1, SslProtocols tls = SslProtocols.None,
        FarewellHttpOptions? farewell = null)
    {
        return StartAsync(arena, configure, Listen, handler, farewell);

        void Listen(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (tls != SslProtocols.None)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(LabTls.Server(tls)) });
            }
        }
    }

    /// <summary>What a host's StopAsync with this limit comes down to.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var limited = new CancellationTokenSource(limit);
        await _server.StopAsync(limited.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(Grace);
        _server.Dispose();
    }

    private static async Task<LabKestrel> StartAsync(
        Arena arena, Action<KestrelServerOptions> configure, Action<ListenOptions> listen, RequestDelegate handler, FarewellHttpOptions? farewell)
    {
        ushort port = 0;
        var transport = new SocketTransportOptions { CreateBoundListenSocket = Bind };
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = Services.Value };
        options.Listen(arena.Network.ServerAddress, 0, listen);
        configure(options);
        IConnectionListenerFactory factory = farewell is null
            ? new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance)
            : new FarewellTransportFactory(Options.Create(farewell), Options.Create(options), Options.Create(transport), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), factory, NullLoggerFactory.Instance);
        await server.StartAsync(new Application(farewell is null ? handler : HttpMarking.Marking(options.Limits.KeepAliveTimeout)(handler)), arena.Cancellation);
        await arena.WatchAsync(port);
        return new LabKestrel(server);

        Socket Bind(EndPoint endpoint)
        {
            var socket = arena.Network.OnServer(() => SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint));
            port = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
            return socket;
        }
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
