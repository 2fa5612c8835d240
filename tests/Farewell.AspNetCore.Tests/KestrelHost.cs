using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Farewell.AspNetCore.Tests;

/// <summary>Kestrel with one endpoint.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private KestrelHost(WebApplication application, IPEndPoint endPoint) => (_application, EndPoint) = (application, endPoint);

    public IPEndPoint EndPoint { get; }

    public IMeterFactory Meters => _application.Services.GetRequiredService<IMeterFactory>();

    public static Task<KestrelHost> StartAsync(Action<ListenOptions> endpoint, SslProtocols protocol = SslProtocols.None) =>
        StartAsync(IPAddress.Loopback, SocketTransportOptions.CreateDefaultBoundListenSocket, endpoint, protocol);

    public static async Task<KestrelHost> StartAsync(IPAddress address, Func<EndPoint, Socket> bind, Action<ListenOptions> endpoint, SslProtocols protocol)
    {
        IPEndPoint? bound = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddMetrics();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = wanted =>
        {
            var socket = bind(wanted);
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0, listen =>
        {
            if (protocol != SslProtocols.None)
            {
                listen.UseHttps(TestCertificates.Server, https => https.SslProtocols = protocol);
            }

            endpoint(listen);
        }));
        var application = builder.Build();
        await application.StartAsync();
        return new KestrelHost(application, bound!);
    }

    public Task StopAsync(CancellationToken patience = default) => _application.StopAsync(patience);

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
