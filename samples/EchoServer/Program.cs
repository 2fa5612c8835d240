using System.Net;
using Farewell;

var options = new FarewellServerOptions { EndPoint = IPEndPoint.Parse(args is [var address] ? address : "127.0.0.1:5000") };
await using var server = FarewellServer.Start(options, (session, message) =>
{
    _ = message.IsAsk ? message.Answer(message.Payload) : session.TrySend(message.Payload).Outcome == SendOutcome.Accepted;
    return default;
});
Console.WriteLine($"Listening on {server.LocalEndPoint}. Enter stops.");
Console.ReadLine();
