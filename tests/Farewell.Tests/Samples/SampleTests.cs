using System.Net;
using Farewell.Tests.Protocols;

namespace Farewell.Tests.Samples;

/// <summary>The samples as programs, against each other.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task TheEchoServer_AndTheEchoClient()
    {
        using var server = Command.Sample("EchoServer", "127.0.0.1:0");
        var endPoint = EndPointIn(await server.ReadLineAsync());
        using var client = Command.Sample("EchoClient", endPoint.ToString(), "hello, server");
        (await client.ToEndAsync()).Trim().ShouldBe("hello, server");
        await server.ToEndAsync();
    }

    [Fact]
    public async Task TheLineServer_IsStoppedByALine_AndReports()
    {
        using var server = Command.Sample("LineServer");
        using var peer = new Peer(EndPointIn(await server.ReadLineAsync()));
        peer.Say("ECHO hello\r\nQUIT\r\n");
        await peer.UntilAsync("220 ready\r\n250 hello\r\n221 bye\r\n");
        peer.End();
        (await server.ToEndAsync()).ShouldContain("StopReport");
    }

    [Fact]
    public async Task TheLineServer_EndsALineThatDoesNotEnd()
    {
        using var server = Command.Sample("LineServer");
        using var peer = new Peer(EndPointIn(await server.ReadLineAsync()));
        peer.Say(new string('x', 5000));
        await peer.UntilAsync("220 ready\r\n500 too long\r\n");
        peer.Reset();
        await server.ToEndAsync();
    }

    private static IPEndPoint EndPointIn(string? line) => IPEndPoint.Parse(line!.Split(' ')[2].TrimEnd(';', '.'));
}
