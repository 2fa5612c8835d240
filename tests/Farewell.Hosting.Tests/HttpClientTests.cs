using System.Collections.Concurrent;
using System.Net.Sockets;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Sockets;
using Farewell.Tests;
using Farewell.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Farewell.Hosting.Tests;

/// <summary>Clients of the factory.</summary>
public sealed class HttpClientTests : IDisposable
{
    private readonly RawHttpServer _server = RawHttpServer.Start(async (_, socket) =>
    {
        // The factory keeps its handlers, so the server says when to go, and waits for it.
        await RawHttpServer.ReadRequestAsync(socket);
        await RawHttpServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
        await RawHttpServer.ReadRequestAsync(socket);
        socket.Dispose();
    });
    private readonly ConcurrentQueue<HttpEnding> _ended = [];

    public void Dispose() => _server.Dispose();

    [Fact]
    public Task ANamedClient_EndsAsChosen() => AskAsync("named", services =>
        services.AddHttpClient("named").UseFarewell(options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, _ended.Enqueue)));

    [Fact]
    public async Task APrimaryHandlerSetFurtherDown_IsMet_WithItsConnectCallback()
    {
        var dialled = 0;
        await AskAsync("named", services => services.AddHttpClient("named")
            .UseFarewell(options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, _ended.Enqueue))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    dialled++;
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }));
        dialled.ShouldBe(1);
    }

    [Fact]
    public Task TheDefaultsOfAllClients_CanUseIt_AndOneOfThemOtherwise() => AskAsync("named", services =>
    {
        services.ConfigureHttpClientDefaults(clients => clients.UseFarewell(options => options.Departure = Departure.Reset));
        services.AddHttpClient("named").UseFarewell(options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, _ended.Enqueue));
    });

    [Fact]
    public Task AClientThatNobodyNamed_HasTheDefaults() => AskAsync("any", services =>
        services.ConfigureHttpClientDefaults(clients => clients.UseFarewell(options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, _ended.Enqueue))));

    [Fact]
    public Task OptionsComeFromTheContainer_ByName() => AskAsync("named", services =>
    {
        services.Configure<HttpFarewellOptions>("named", options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, _ended.Enqueue));
        services.AddHttpClient("named").UseFarewell();
    });

    [Fact]
    public void AnotherPrimaryHandler_IsRefusedWithTheRemedy()
    {
        using var provider = new ServiceCollection().AddHttpClient("named").UseFarewell()
            .ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler()).Services.BuildServiceProvider();
        Should.Throw<InvalidOperationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("named"))
            .Message.ShouldBe("The primary handler of the client 'named' is a HttpClientHandler, whose connections nobody outside can end; UseFarewell needs a SocketsHttpHandler. "
                + "Configure one: .UseSocketsHttpHandler(), or .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ... }).");
        Should.NotThrow(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("another"));
    }

    private async Task AskAsync(string name, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        configure(services);
        await using (var provider = services.BuildServiceProvider())
        {
            var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            (await client.GetStringAsync(_server.Address)).ShouldBe("hello");
        }

        await Eventually.HoldsAsync(() => !_ended.IsEmpty, () => "the connection ends");
        var ended = _ended.ShouldHaveSingleItem();
        (ended.Use, ended.End.Kind).ShouldBe((HttpUse.Idle, OperatingSystem.IsLinux() ? SocketEndKind.UnheldFin : ended.End.Kind));
    }
}
