using System.Net;
using Farewell;
using Farewell.Samples.LineServer;

var port = args is [var text] ? int.Parse(text) : 0;
await using var server = FarewellServer.Start(
    new FarewellServerOptions { EndPoint = new(IPAddress.Loopback, port) }, () => new LineManner(), LineProtocol.ServeAsync);
Console.WriteLine($"Listening on {server.LocalEndPoint}; try: nc {server.LocalEndPoint.Address} {server.LocalEndPoint.Port}. An empty line here stops.");
Console.ReadLine();
Console.WriteLine(await server.StopAsync());
