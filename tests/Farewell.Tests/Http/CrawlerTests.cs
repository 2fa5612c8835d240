using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Bench;
using Farewell.Departures;
using Farewell.Http;

namespace Farewell.Tests.Http;

/// <summary>bench/crawler in short: a connection for every request, ten times as many as there are ports.</summary>
[SupportedOSPlatform("linux")]
public sealed class CrawlerTests : IDisposable
{
    private const int Ports = 400;

    private readonly VethNetwork _network = new();
    private readonly Socket _listener;

    public CrawlerTests()
    {
        VethNetwork.Set(_network.Client, "net.ipv4.ip_local_port_range", $"20000 {20000 + Ports - 1}");
        _listener = _network.Listen();
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public async Task HttpClientAsItComes_RunsOutOfPorts()
    {
        using var server = new CrawledServer(_listener);
        using var crawl = new Crawl(Handler(), Page, CrawledServer.Octets);
        await crawl.RunAsync(Ports + 100, 0, 1, Eventually.Limit);
        crawl.Whole.ShouldBe(Ports);
        crawl.Errors.ShouldBe(new Dictionary<SocketError, int> { [SocketError.AddressNotAvailable] = 100 });
    }

    [Fact]
    public async Task WithUseFarewell_EveryAnswerIsWhole_AndATenthOfThePortsIsHeld()
    {
        using var chooser = new DepartureChooser(new() { Budget = _network.Client.Run(PortBudget.OfThisMachine) });
        using var server = new CrawledServer(_listener);
        using (var crawl = new Crawl(Handler().UseFarewell(options => options.Departures = chooser), Page, CrawledServer.Octets))
        {
            await crawl.RunAsync(Ports * 10, 0, 8, TimeSpan.FromMinutes(1));
            (crawl.Whole, crawl.Failed).ShouldBe((Ports * 10, 0));
        }

        (await _network.SettledAsync()).ShouldBe((Ports / 10, 0));
        server.Resets.ShouldBe(0, "an RST behind an acknowledged FIN comes after the end of the stream");
    }

    [Fact]
    public async Task TheErrorOfTheLastPort_NamesTheRemedy()
    {
        using var server = new CrawledServer(_listener);
        for (var i = 0; i < Ports; i++)
        {
            _network.Dial(_listener);
        }

        using var child = _network.Client.Run(() => ChildProcess.Start(Child.Fetch, $"{Page}", "1", $"{Departure.Auto}", "dispose"));
        (await child.UntilAsync("ready")).ShouldHaveSingleItem().ShouldStartWith(
            $"AddressNotAvailable: No local port is left towards 10.77.0.2:{Page.Port}; TIME_WAITs of this process hold 0 towards port {Page.Port}. Keep connections open");
        await child.EndAsync();
    }

    private Uri Page => new($"http://{_listener.LocalEndPoint}/");

    private SocketsHttpHandler Handler()
    {
        var handler = Crawl.Handler();
        handler.ConnectCallback = async (context, cancellation) =>
        {
            var socket = _network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return handler;
    }
}
