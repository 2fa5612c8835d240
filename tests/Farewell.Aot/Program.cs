using System.Buffers;
using System.Net;
using System.Text;
using System.Threading.RateLimiting;
using Farewell;
using Farewell.Departures;
using Farewell.Http;
using Farewell.Protocol.Manners;

// A server and a client of each kind, talking to each other in one native process. The last line says what came of it.
await using var limiter = new ConcurrencyLimiter(new() { PermitLimit = 10 });
var options = new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, 0), Filters = { SessionFilters.RateLimit(limiter) } };
await using var server = FarewellServer.Start(options, (session, message) =>
{
    _ = message.IsAsk && message.Answer(message.Payload);
    return default;
});
await using var lines = FarewellServer.Start(new() { EndPoint = new(IPAddress.Loopback, 0) }, () => new WordlessManner(), async connection =>
{
    var result = await connection.Input.ReadAtLeastAsync(5);
    await connection.Output.WriteAsync(result.Buffer.ToArray());
    connection.Input.AdvanceTo(result.Buffer.End);
    while (!(result = await connection.Input.ReadAsync()).IsCompleted)
    {
        connection.Input.AdvanceTo(result.Buffer.End);
    }
});

await using var pages = FarewellServer.Start(new() { EndPoint = new(IPAddress.Loopback, 0) }, () => new WordlessManner(), async connection =>
{
    var result = await connection.Input.ReadAtLeastAsync(16);
    await connection.Output.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"u8.ToArray());
    connection.Input.AdvanceTo(result.Buffer.End);
    while (!(result = await connection.Input.ReadAsync()).IsCompleted)
    {
        connection.Input.AdvanceTo(result.Buffer.End);
    }
});

var session = await FarewellClient.ConnectAsync(server.LocalEndPoint);
var answer = await session.AskAsync("hello"u8.ToArray());
await session.DisposeAsync();
var report = await session.Completion;

using var bare = new System.Net.Sockets.TcpClient();
await bare.ConnectAsync(lines.LocalEndPoint);
await bare.GetStream().WriteAsync("bytes"u8.ToArray());
var echoed = new byte[5];
await bare.GetStream().ReadExactlyAsync(echoed);

var let = new TaskCompletionSource<HttpEnding>();
string page;
using (var http = new HttpClient(new SocketsHttpHandler().UseFarewell(options => (options.Departure, options.OnEnded) = (Departure.UnheldFin, let.SetResult))))
{
    page = await http.GetStringAsync(new Uri($"http://{pages.LocalEndPoint}/"));
}

var ended = await let.Task;
Console.WriteLine($"{Encoding.ASCII.GetString(answer.Answer.Span)} {Encoding.ASCII.GetString(echoed)} {report.Cause} {page} {ended.Use} {ended.End.Kind} native={!System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported}");
