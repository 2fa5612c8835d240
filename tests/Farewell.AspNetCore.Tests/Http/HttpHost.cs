using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Farewell.Tests.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>The test application on Kestrel, on the server's host of a private network.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HttpHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpHost(WebApplication application, IPEndPoint endPoint, Meters meters, OwnLog log) =>
        (_application, EndPoint, Meters, Log) = (application, endPoint, meters, log.Lines);

    public IPEndPoint EndPoint { get; }

    public Meters Meters { get; }

    public LogLines Log { get; }

    public static async Task<HttpHost> StartAsync(VethNetwork network, HostSettings? settings = null)
    {
        settings ??= new();
        var (meters, log) = (new Meters(), new OwnLog());
        IPEndPoint? bound = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IMeterFactory>(meters);
        builder.Services.AddSingleton<ILoggerFactory>(log);
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = wanted =>
        {
            var socket = settings.Listener?.Invoke() ?? network.Server.Run(() => SocketTransportOptions.CreateDefaultBoundListenSocket(wanted));
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            settings.Kestrel?.Invoke(kestrel);
            kestrel.Listen(VethNetwork.ServerAddress, 0, listen =>
            {
                listen.Protocols = settings.Protocols;
                if (settings.Tls != SslProtocols.None)
                {
                    listen.UseHttps(TestCertificates.Server, https => https.SslProtocols = settings.Tls);
                }

                settings.Listen?.Invoke(listen);
            });
        });
        if (settings.IsFarewell)
        {
            builder.WebHost.UseFarewell(settings.Farewell);
        }

        var application = builder.Build();
        TestApplication.Map(application);
        await application.StartAsync();
        return new HttpHost(application, bound!, meters, log);
    }

    public Task StopAsync(CancellationToken patience = default) => _application.StopAsync(patience);

    /// <summary>Endings counted, by reason, of connections that are over.</summary>
    public IReadOnlyDictionary<string, double> Endings => Meters.Sums.Where(static sum => sum.Key.StartsWith("farewell.http.endings{", StringComparison.Ordinal))
        .GroupBy(static sum => sum.Key.Split("reason=")[1].TrimEnd('}')).ToDictionary(static group => group.Key, static group => group.Sum(static sum => sum.Value));

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Meters.Dispose();
        Log.Dispose();
    }
}

/// <summary>How the test application is served.</summary>
internal sealed record HostSettings
{
    public bool IsFarewell { get; init; } = true;

    public Action<FarewellHttpOptions>? Farewell { get; init; }

    public Action<KestrelServerOptions>? Kestrel { get; init; }

    public Action<ListenOptions>? Listen { get; init; }

    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1AndHttp2;

    public SslProtocols Tls { get; init; } = SslProtocols.None;

    public Func<Socket>? Listener { get; init; }
}
