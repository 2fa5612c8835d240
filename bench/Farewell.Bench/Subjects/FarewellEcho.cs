using System.Globalization;
using System.Net;

namespace Farewell.Bench.Subjects;

/// <summary>A Farewell server on one of its own carriers.</summary>
internal sealed class FarewellEcho(Carrier carrier, int loops = 0) : IEchoServer
{
    private FarewellServer? _server;

    public Task StartAsync(IPEndPoint endPoint)
    {
        _server = FarewellServer.Start(new FarewellServerOptions { EndPoint = endPoint, Carrier = carrier, Loops = loops, MaxSessions = 100_000 }, static (session, message) =>
        {
            _ = message.IsAsk ? message.Answer(message.Payload) : session.TrySend(message.Payload).Outcome == SendOutcome.Accepted;
            return default;
        });
        return Task.CompletedTask;
    }

    public async Task<string> StopAsync()
    {
        var report = await _server!.StopAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{report.Took.TotalSeconds:F3} s, {report.Left:N0} left, {report.Reset:N0} reset");
    }
}
