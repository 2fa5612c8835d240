using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore.Tests.Http;

public sealed class FarewellHttpOptionsTests
{
    [Fact]
    public async Task Start_RefusesWhatIsOutOfRange_AndNamesEachOption()
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(async () =>
        {
            await using var application = Build(static host => host.UseFarewell(static options =>
                (options.Grace, options.StopSilence, options.StopPatience, options.DiscardLimit, options.MaxLingering, options.AfterGrace) =
                (TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromSeconds(-1), -1, -1, (HttpServerEnding)9)));
            await application.StartAsync();
        });
        refused.Failures.Select(static failure => failure.Split(' ')[1]).ShouldBe(["Grace", "StopSilence", "StopPatience", "DiscardLimit", "MaxLingering", "AfterGrace"]);
    }

    [Fact]
    public async Task Start_TellsThatAnotherTransportCameLater()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseFarewell().UseKestrelCore();
        builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
        await using var application = builder.Build();
        (await Should.ThrowAsync<InvalidOperationException>(() => application.StartAsync())).Message.ShouldContain("move it before UseFarewell");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_RefusesTheTransportOnEventLoopsBesideIt(bool isLast)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Event loops need Linux.");
        await using var application = Build(host => _ = isLast ? host.UseFarewell().UseFarewellTransport() : host.UseFarewellTransport().UseFarewell());
        (await Should.ThrowAsync<InvalidOperationException>(() => application.StartAsync())).Message.ShouldContain("keep one");
    }

    [Fact]
    public async Task Twice_IsOnce()
    {
        await using var application = Build(static host => host.UseFarewell().UseFarewell(static options => options.MaxLingering = 7));
        await application.StartAsync();
        application.Urls.ShouldHaveSingleItem();
        await application.StopAsync();
    }

    [Fact]
    public async Task AUnixDomainSocket_IsServedAsEver()
    {
        var path = Path.Combine(Path.GetTempPath(), $"farewell-{Guid.NewGuid():N}.sock");
        await using var application = Build(host => host.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path)).UseFarewell());
        application.Run(static context => context.Response.Body.WriteAsync(TestApplication.Hello).AsTask());
        await application.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        (await client.GetByteArrayAsync(new Uri("http://unix/"))).ShouldBe(TestApplication.Hello);
        await application.StopAsync();
    }

    [Theory]
    [InlineData(0.5, "")]
    [InlineData(2, "timeout=1")]
    [InlineData(20, "timeout=10")]
    [InlineData(60, "timeout=44")]
    [InlineData(130, "timeout=104")]
    public void TheAnnouncement_LeavesTimeToLeave(double limit, string announced) =>
        HttpMarking.Announced(TimeSpan.FromSeconds(limit)).ToString().ShouldBe(announced);

    private static WebApplication Build(Action<IWebHostBuilder> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        configure(builder.WebHost);
        return builder.Build();
    }
}
