using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Farewell.Lab.Running;

/// <summary>Kestrel itself on the server's host, without a web application around it that would log and listen for Ctrl+C.</summary>
internal sealed class LabKestrel : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly KestrelServer _server;

    private LabKestrel(KestrelServer server) => _server = server;

    /// <summary>Starts a server whose connections are handled by middleware, usually <c>listen.Run(...)</c>.</summary>
    public static Task<LabKestrel> StartAsync(Arena arena, Action<ListenOptions> listen) =>
        StartAsync(arena, static _ => { }, listen, static _ => Task.CompletedTask);

    /// <summary>Starts an HTTP server.</summary>
    public static Task<LabKestrel> StartHttpAsync(Arena arena, Action<KestrelServerOptions> configure, RequestDelegate handler) =>
        StartAsync(arena, configure, static _ => { }, handler);

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
        Arena arena, Action<KestrelServerOptions> configure, Action<ListenOptions> listen, RequestDelegate handler)
    {
        ushort port = 0;
        var transport = new SocketTransportOptions { CreateBoundListenSocket = Bind };
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(arena.Network.ServerAddress, 0, listen);
        configure(options);
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await server.StartAsync(new Application(handler), arena.Cancellation);
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
