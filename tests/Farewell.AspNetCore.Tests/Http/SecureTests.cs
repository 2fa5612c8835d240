using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Text;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>HTTPS and HTTP/2: <c>Connection: close</c> with close_notify, and GOAWAY, tell the client to leave.</summary>
[SupportedOSPlatform("linux")]
public sealed class SecureTests
{
    private const int Count = 10;

    [Theory]
    [InlineData(SslProtocols.Tls12, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "told", Count, 0)]
    [InlineData(SslProtocols.Tls13, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "told", Count, 0)]
    [InlineData(SslProtocols.Tls12, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "silent", 0, 0)]
    [InlineData(SslProtocols.Tls13, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "silent", 0, 0)]
    [InlineData(SslProtocols.Tls13, "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "message", 0, Count)]
    public async Task AClientOfHttps_IsEndedAsOneOfHttp(SslProtocols protocol, string request, string reason, int clientHolds, int serverHolds)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Tls = protocol,
            Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1),
        });
        await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(async () =>
        {
            using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
            await using var tls = await HandshakeAsync(client, protocol);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(request));
            var all = new MemoryStream();
            await tls.CopyToAsync(all).WaitAsync(Eventually.Limit);
            Encoding.ASCII.GetString(all.ToArray()).ShouldEndWith("hello, wire\n");
        })));
        var (client, server) = await network.SettledAsync();
        (client > 0, server).ShouldBe((clientHolds > 0, serverHolds));
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault(reason) + host.Endings.GetValueOrDefault("left") == Count, () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task AFailedHandshake_EndsAtOnce()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Tls = SslProtocols.Tls13,
            Farewell = static options => options.Grace = TimeSpan.FromMinutes(1),
        });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        await client.SayAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadToEndAsync();
        client.Dispose();
        await network.SettledAsync();
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 1, () => string.Join(", ", host.Endings));
        host.Endings.Keys.ShouldNotContain("told");
    }

    [Theory]
    [InlineData(SslProtocols.None)]
    [InlineData(SslProtocols.Tls13)]
    public async Task AnHttp2Client_LeavesFirst_AtTheKeepAliveLimitAndAtAStop(SslProtocols protocol)
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Tls = protocol,
            Protocols = HttpProtocols.Http2,
            Kestrel = static kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1),
        });
        using var client = NetworkClient.Create(network, host, new Version(2, 0));
        (await client.GetByteArrayAsync(NetworkClient.UriOf(host, protocol))).ShouldBe(TestApplication.Hello);
        (await network.SettledAsync()).Server.ShouldBe(0);
        (await client.GetByteArrayAsync(NetworkClient.UriOf(host, protocol))).ShouldBe(TestApplication.Hello);
        await host.StopAsync();
        (await network.SettledAsync()).Server.ShouldBe(0);
        await Eventually.HoldsAsync(() => host.Endings.Values.Sum() == 2, () => string.Join(", ", host.Endings));
        host.Endings.Keys.ShouldBeSubsetOf(["told", "left", "lost"]);
    }

    [Fact]
    public async Task AHandlerOfItsOwn_EndsByAFinAtOnce()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Farewell = static options => options.Grace = TimeSpan.FromMinutes(1),
            Listen = static listen => listen.Run(static async connection => await connection.Transport.Output.WriteAsync(TestApplication.Hello)),
        });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        (await client.ReadToEndAsync()).ShouldBeTrue();
        client.Text.ShouldBe("hello, wire\n");
        client.Dispose();
        (await network.SettledAsync()).ShouldBe((0, 1));
        await Eventually.HoldsAsync(() => host.Endings.GetValueOrDefault("message") == 1, () => string.Join(", ", host.Endings));
    }

    [Fact]
    public async Task AHandlerThatCompletesItsOutputAndWaits_SendsItsFin()
    {
        using var network = new VethNetwork();
        await using var host = await HttpHost.StartAsync(network, new()
        {
            Listen = static listen => listen.Run(static async connection =>
            {
                await connection.Transport.Output.WriteAsync(TestApplication.Hello);
                await connection.Transport.Output.CompleteAsync();
                var closed = new TaskCompletionSource();
                await using var registration = connection.ConnectionClosed.Register(closed.SetResult);
                await closed.Task;
            }),
        });
        using var client = await HttpClientSocket.DialAsync(network, host.EndPoint);
        (await client.ReadToEndAsync()).ShouldBeTrue();
        client.Text.ShouldBe("hello, wire\n");
    }

    private static async Task<SslStream> HandshakeAsync(HttpClientSocket client, SslProtocols protocol)
    {
        var tls = new SslStream(new NetworkStream(client.Socket, ownsSocket: false));
        await tls.AuthenticateAsClientAsync(TestCertificates.Dial(protocol)).WaitAsync(Eventually.Limit);
        return tls;
    }
}
