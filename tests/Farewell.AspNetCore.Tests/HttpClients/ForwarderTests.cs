using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.HttpClients;

/// <summary>The sample of a reverse proxy, as a program in the client's namespace, in front of Kestrel in the server's.</summary>
[SupportedOSPlatform("linux")]
public sealed class ForwarderTests
{
    private const int Ports = 200;
    private const int Requests = 400;
    private const int AtATime = 20;

    [Fact]
    public async Task GivenUpRequests_TwiceAsManyAsThereArePorts_LeaveAPortForTheNext()
    {
        using var network = new VethNetwork();
        VethNetwork.Set(network.Client, "net.ipv4.ip_local_port_range", $"20000 {20000 + Ports - 1}");
        await using var host = await HttpHost.StartAsync(network, Wire.Named("http/1.1"));
        using var proxy = network.Client.Run(() => Process.Start(new ProcessStartInfo("dotnet",
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "Farewell.Samples.Forwarder.dll"),
            "--urls", "http://10.77.0.1:0", $"--ReverseProxy:Clusters:app:Destinations:one:Address=http://{host.EndPoint}/",
        ])
        { RedirectStandardOutput = true }))!;
        try
        {
            var page = await AddressAsync(proxy);

            // The requests come from the other host, so that only the proxy's own connections take its ports.
            using var client = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = network.Server.Run(() => new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp));
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                },
            });
            for (var i = 0; i < Requests; i += AtATime)
            {
                using var cancel = new CancellationTokenSource();
                var asked = Enumerable.Range(0, AtATime).Select(_ => client.GetAsync(new Uri(page, "wait"), cancel.Token)).ToList();
                await Eventually.HoldsAsync(() => host.Waiting == AtATime || asked.Exists(ask => ask.IsCompleted), () => $"all are under way; {host.Waiting} are");
                await cancel.CancelAsync();
                foreach (var ask in asked)
                {
                    await Should.ThrowAsync<OperationCanceledException>(ask);
                }

                await Eventually.HoldsAsync(() => host.Waiting == 0, () => $"the proxy has given them up; {host.Waiting} left");
                (await client.GetStringAsync(page)).ShouldBe("hello", $"after {i + AtATime} given up");
            }
        }
        finally
        {
            proxy.Kill();
            await proxy.WaitForExitAsync();
        }
    }

    private static async Task<Uri> AddressAsync(Process proxy)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        const string Says = "Now listening on: ";
        while (await proxy.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(Says, StringComparison.Ordinal) is >= 0 and var at)
            {
                _ = proxy.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new Uri(line[(at + Says.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The proxy ended before it listened.");
    }
}
