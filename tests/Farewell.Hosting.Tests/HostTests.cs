using System.Net.Sockets;
using System.Text;
using Farewell.Protocol;
using Farewell.Samples.LineServer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Farewell.Hosting.Tests;

public sealed class HostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task AHandlerFromTheContainer_Serves_AndTheHostsStopDismisses()
    {
        using var host = Build(services => services.AddSingleton(new Suffix("!")).AddFarewellServer<SuffixHandler>(), ("Farewell:Server:Listen", "127.0.0.1:0"), ("Farewell:Server:Limits:Idle", "00:01:00"));
        await host.StartAsync();
        var hosted = host.Services.GetRequiredService<HostedFarewellServer>();
        await using var session = await FarewellClient.ConnectAsync(hosted.Server.LocalEndPoint);
        var dismissed = new TaskCompletionSource<Dismissal>();
        session.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
        Encoding.ASCII.GetString((await session.AskAsync("hello"u8.ToArray())).Answer.Span).ShouldBe("hello!");
        await host.StopAsync();
        (await dismissed.Task.WaitAsync(Limit)).Reason.ShouldBe(DismissReason.Stop);
        (await session.Completion.WaitAsync(Limit)).Cause.ShouldBe(Cause.Released);
        hosted.StopReport!.Left.ShouldBe(1);
    }

    [Fact]
    public async Task SeveralServers_EachWithItsSection_AndTheCodesLastWord()
    {
        using var host = Build(
            services => services
                .AddFarewellServer(static (_, message) => message.Answer("echo"u8.ToArray()) ? default : ValueTask.CompletedTask, options => options.MaxSessions = 1)
                .AddFarewellServer(static () => new LineManner(), LineProtocol.ServeAsync, section: "Lines"),
            ("Farewell:Server:Listen", "127.0.0.1:0"), ("Lines:Listen", "[::1]:0"));
        await host.StartAsync();
        var first = host.Services.GetRequiredKeyedService<HostedFarewellServer>("Farewell:Server").Server;
        await using var session = await FarewellClient.ConnectAsync(first.LocalEndPoint);
        (await Should.ThrowAsync<FarewellException>(() => FarewellClient.ConnectAsync(first.LocalEndPoint))).Dismissal!.Value.Reason.ShouldBe(DismissReason.Busy);
        var lines = host.Services.GetRequiredKeyedService<HostedFarewellServer>("Lines").Server;
        using var peer = new TcpClient(AddressFamily.InterNetworkV6);
        await peer.ConnectAsync(lines.LocalEndPoint);
        using var reader = new StreamReader(peer.GetStream());
        (await reader.ReadLineAsync()).ShouldBe("220 ready");
        var stopping = host.StopAsync();
        (await reader.ReadLineAsync()).ShouldBe("421 Stop, please QUIT");
        await peer.GetStream().WriteAsync("QUIT\r\n"u8.ToArray());
        (await reader.ReadLineAsync()).ShouldBe("221 bye");
        peer.Client.Shutdown(SocketShutdown.Send);
        await stopping;
    }

    [Fact]
    public async Task TheHostsShutdownTime_BoundsTheStop()
    {
        var never = new TaskCompletionSource();
        using var host = Build(
            services => services.AddFarewellServer(async (_, _) => await never.Task).Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300)),
            ("Farewell:Server:Listen", "127.0.0.1:0"), ("Farewell:Server:Limits:Grace", "01:00:00"));
        await host.StartAsync();
        var hosted = host.Services.GetRequiredService<HostedFarewellServer>();
        await using var session = await FarewellClient.ConnectAsync(hosted.Server.LocalEndPoint);
        var ask = session.AskAsync(new byte[1]).AsTask();
        await host.StopAsync().WaitAsync(Limit);
        (await ask.WaitAsync(Limit)).Outcome.ShouldBe(AskOutcome.Unknown);
        (hosted.StopReport!.Reset, hosted.StopReport.Left).ShouldBe((1, 0));
        never.SetResult();
    }

    [Theory]
    [InlineData("Listen", "localhost:5000", "Farewell:Server:Listen is 'localhost:5000': it has to be ADDRESS:PORT")]
    [InlineData("Listen", "127.0.0.1", "it has to be ADDRESS:PORT")]
    [InlineData("Listen", "::1:80", "it has to be ADDRESS:PORT")]
    [InlineData("MaxSessions", "0", "MaxSessions")]
    [InlineData("Limits:Grace", "-00:00:01", "Farewell:Server:Limits:Grace is -00:00:01: it has to be more than zero")]
    [InlineData("Limits:Window", "10", "Window")]
    [InlineData("MaxSesions", "10", "MaxSesions")]
    [InlineData("Limits:Grace", "soon", "Grace")]
    [InlineData("Inherit", "nobody", null)]
    public async Task WhatIsWrong_IsSaidAtTheStart_WithItsKey(string key, string value, string? message)
    {
        using var host = Build(services => services.AddFarewellServer(static (_, _) => default), ("Farewell:Server:Listen", "127.0.0.1:0"), ($"Farewell:Server:{key}", value));
        if (message is null)
        {
            await host.StartAsync();
            await host.StopAsync();
            return;
        }

        (await Should.ThrowAsync<Exception>(() => host.StartAsync())).ToString().ShouldContain(message);
    }

    [Fact]
    public async Task NowhereToListen_IsSaidWithTheRemedy()
    {
        using var host = Build(services => services.AddFarewellServer(static (_, _) => default));
        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain("set Farewell:Server:Listen to ADDRESS:PORT");
        using var other = Build(services => services.AddFarewellServer(static (_, _) => default), ("Farewell:Server:Inherit", "web"));
        (await Should.ThrowAsync<OptionsValidationException>(() => other.StartAsync())).Message.ShouldContain("none was passed (LISTEN_FDS)");
    }

    [Theory]
    [InlineData("*:80", "[::]:80")]
    [InlineData("10.1.2.3:0", "10.1.2.3:0")]
    [InlineData("[::1]:5000", "[::1]:5000")]
    [InlineData(":80", null)]
    [InlineData("1.2.3.4:99999", null)]
    [InlineData("[1.2.3.4]:80", null)]
    public void Listen_IsAnAddressAndAPort(string text, string? endPoint) => (new FarewellHostOptions { Listen = text }.ParseListen()?.ToString()).ShouldBe(endPoint);

    private static IHost Build(Action<IServiceCollection> add, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Reverse().DistinctBy(static each => each.Key).Select(each => KeyValuePair.Create(each.Key, (string?)each.Value)));
        add(builder.Services);
        return builder.Build();
    }

    private sealed record Suffix(string Text);

    private sealed class SuffixHandler(Suffix suffix) : IMessageHandler
    {
        public ValueTask HandleAsync(FarewellSession session, Message message)
        {
            message.Answer(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(message.Payload.Span) + suffix.Text));
            return default;
        }
    }
}
