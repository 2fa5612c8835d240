using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Farewell.Sockets;
using Farewell.Tests;
using Farewell.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Farewell.AspNetCore.Tests.Loops;

/// <summary>Kestrel on event loops is Kestrel.</summary>
[SupportedOSPlatform("linux")]
public sealed class FarewellTransportTests
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(10 << 20);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Requests_Bodies_AndManyAtOnce_AreServed(bool runsOnLoops, bool tls)
    {
        await using var host = await StartAsync(runsOnLoops, listen => _ = tls ? listen.UseHttps(TestCertificates.Server) : listen);
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"{(tls ? "https" : "http")}://{host.EndPoint}"), Timeout = Eventually.Limit };
        (await client.GetByteArrayAsync("/large")).ShouldBe(Large);
        using var answer = await client.PostAsync("/echo", new ByteArrayContent(Large));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(Large);
        var many = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => client.GetStringAsync($"/number/{number}")));
        many.ShouldBe(Enumerable.Range(0, 200).Select(number => $"{number}"));
    }

    [Fact]
    public async Task AClientThatLeaves_IsClosedBehind()
    {
        var closed = new TaskCompletionSource();
        await using var host = await StartAsync(false, listen => listen.Run(async connection =>
        {
            var read = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync("answer"u8.ToArray());
            (await connection.Transport.Input.ReadAsync()).IsCompleted.ShouldBeTrue();
            connection.ConnectionClosed.Register(closed.SetResult);
        }));
        using var socket = await DialAsync(host);
        await socket.SendAsync("ask"u8.ToArray());
        await socket.ReceiveAsync(new byte[6]).WaitAsync(Eventually.Limit);
        (await EndSocket.OrderlyAsync(socket, Loopback.Patient)).Kind.ShouldBe(SocketEndKind.Orderly);
        await closed.Task.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task AHandlerThatReturns_IsAFin_BehindAllThatItWrote()
    {
        await using var host = await StartAsync(false, listen => listen.Run(connection => connection.Transport.Output.WriteAsync(Large).AsTask()));
        using var socket = await DialAsync(host);
        var heard = new MemoryStream();
        await using (var stream = new NetworkStream(socket))
        {
            await stream.CopyToAsync(heard).WaitAsync(Eventually.Limit);
        }

        heard.ToArray().ShouldBe(Large);
    }

    [Fact]
    public async Task AnAbort_IsAReset()
    {
        await using var host = await StartAsync(false, listen => listen.Run(async connection =>
        {
            await connection.Transport.Input.ReadAsync();
            connection.Abort(new ConnectionAbortedException());
        }));
        using var socket = await DialAsync(host);
        await socket.SendAsync("ask"u8.ToArray());
        (await Should.ThrowAsync<SocketException>(() => socket.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Limit))).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    [Fact]
    public async Task AReset_IsSeenByTheReader()
    {
        var seen = new TaskCompletionSource<Exception>();
        await using var host = await StartAsync(false, listen => listen.Run(async connection =>
        {
            await connection.Transport.Output.WriteAsync("hello"u8.ToArray());
            try
            {
                await connection.Transport.Input.ReadAsync();
            }
            catch (Exception thrown)
            {
                seen.SetResult(thrown);
            }
        }));
        using var socket = await DialAsync(host);
        await socket.ReceiveAsync(new byte[5]).WaitAsync(Eventually.Limit);
        EndSocket.Abort(socket);
        (await seen.Task.WaitAsync(Eventually.Limit)).ShouldBeOfType<ConnectionResetException>();
    }

    [Fact]
    public async Task AReaderThatDoesNotRead_HoldsTheSender_AndLosesNothing()
    {
        var reads = new TaskCompletionSource();
        var sum = new TaskCompletionSource<long>();
        await using var host = await StartAsync(false, listen => listen.Run(async connection =>
        {
            await reads.Task;
            var (total, input) = (0L, connection.Transport.Input);
            for (var isOver = false; !isOver;)
            {
                var read = await input.ReadAsync();
                (total, isOver) = (total + read.Buffer.Length, read.IsCompleted);
                input.AdvanceTo(read.Buffer.End);
            }

            sum.SetResult(total);
        }));
        using var socket = await DialAsync(host);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                for (var at = 0; at < Large.Length;)
                {
                    at += await socket.SendAsync(Large.AsMemory(at));
                }
            }
        });
        await Eventually.HoldsAsync(() => sending.IsCompleted || socket.Poll(0, SelectMode.SelectWrite) is false, () => "the sender is held");
        sending.IsCompleted.ShouldBeFalse("40 MiB do not fit into the buffers between");
        reads.SetResult();
        await sending.WaitAsync(Eventually.Limit);
        var leaving = EndSocket.OrderlyAsync(socket, Loopback.Patient);
        (await sum.Task.WaitAsync(Eventually.Limit)).ShouldBe(4L * Large.Length);
        await leaving;
    }

    private static async Task<Socket> DialAsync(Host host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.EndPoint);
        return socket;
    }

    private static async Task<Host> StartAsync(bool runsOnLoops, Action<ListenOptions> endpoint)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Event loops need Linux.");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddMetrics().AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseFarewellTransport(loops => loops.RunsOnLoops = runsOnLoops);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint);
        });
        var application = builder.Build();
        application.MapGet("/large", static () => Results.Bytes(Large));
        application.MapGet("/number/{number}", static (int number) => $"{number}");
        application.MapPost("/echo", static async (HttpRequest request, HttpResponse response) =>
        {
            // HttpClient reads no answer before it has sent all: one that began before would hold both.
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            await response.Body.WriteAsync(body.ToArray());
        });
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new Host(application, new IPEndPoint(IPAddress.Loopback, new Uri(address).Port));
    }

    private sealed record Host(WebApplication Application, IPEndPoint EndPoint) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Application.StopAsync().WaitAsync(Eventually.Limit);
            await Application.DisposeAsync();
        }
    }
}
