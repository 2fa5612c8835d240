using System.Net;
using System.Text;
using Farewell;

await using var session = await FarewellClient.ConnectAsync(IPEndPoint.Parse(args is [var address, ..] ? address : "127.0.0.1:5000"));
var reply = await session.AskAsync(Encoding.UTF8.GetBytes(args is [_, var text] ? text : "hello"));
Console.WriteLine(Encoding.UTF8.GetString(reply.Answer.Span));
