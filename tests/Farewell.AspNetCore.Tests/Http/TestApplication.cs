using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>One application for every test.</summary>
internal static class TestApplication
{
    public const int Big = 10_000_000;

    public static readonly byte[] Hello = "hello, wire\n"u8.ToArray();

    private static readonly byte[] Part = Enumerable.Range(0, 50_000).Select(static i => (byte)(i * 31)).ToArray();

    // Opens WebSockets one after the other, closed by this side or by the server, and reports for each whether it was clean and how many milliseconds its end took.
    private const string Page = """
        <!doctype html><script>
        const close = path => new Promise(done => {
            const socket = new WebSocket(`ws://${location.host}${path}`);
            let from = 0;
            socket.onopen = () => { if (path === '/ws') socket.send('hello'); };
            socket.onmessage = () => { from = performance.now(); if (path === '/ws') socket.close(1000); };
            socket.onclose = event => done(`${path} ${event.wasClean} ${event.code} ${Math.round(performance.now() - from)}`);
        });
        (async () => {
            const results = [];
            for (let i = 0; i < 3; i++) for (const path of ['/ws', '/ws-close']) results.push(await close(path));
            await fetch('/report' + location.search + '&result=' + encodeURIComponent(results.join(';')));
        })();
        </script>
        """;

    /// <summary>What pages report, by their token.</summary>
    public static readonly ConcurrentDictionary<string, TaskCompletionSource<string>> Reports = new();

    /// <summary>Whether these are the octets of <c>/big</c>.</summary>
    public static bool IsBig(ReadOnlySpan<byte> body)
    {
        while (body.Length >= Part.Length && body[..Part.Length].SequenceEqual(Part))
        {
            body = body[Part.Length..];
        }

        return body.IsEmpty;
    }

    public static void Map(WebApplication application)
    {
        application.UseWebSockets();
        application.UseRouting();
        application.MapGet("/", static context =>
        {
            context.Response.ContentLength = Hello.Length;
            return context.Response.Body.WriteAsync(Hello).AsTask();
        });
        application.MapGet("/chunked", static async context =>
        {
            await context.Response.Body.WriteAsync(Hello);
            await context.Response.Body.FlushAsync();
            await context.Response.Body.WriteAsync(Hello);
        });
        application.MapGet("/big", static context => WriteBigAsync(context, Big));
        application.MapGet("/big-chunked", static context => WriteBigAsync(context, null));
        application.MapGet("/no-framing", static context =>
        {
            context.Response.Headers.TransferEncoding = "identity";
            return context.Response.Body.WriteAsync(Hello).AsTask();
        });
        application.MapGet("/cut", static async context =>
        {
            await context.Response.Body.WriteAsync(Hello);
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("half way");
        });
        application.MapGet("/short", static async context =>
        {
            context.Response.ContentLength = 100_000;
            await context.Response.Body.WriteAsync(Hello);
            await context.Response.Body.FlushAsync();
        });
        application.MapGet("/abort", static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        application.MapGet("/delay", static async context =>
        {
            await Task.Delay(int.Parse(context.Request.Query["ms"]!, System.Globalization.CultureInfo.InvariantCulture));
            context.Response.ContentLength = Hello.Length;
            await context.Response.Body.WriteAsync(Hello);
        });
        application.MapPost("/upload", static async context =>
        {
            // Answers without reading.
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            context.Response.Headers.Connection = "close";
            context.Response.ContentLength = Hello.Length;
            await context.Response.Body.WriteAsync(Hello);
        });
        application.MapGet("/page", static context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(Page);
        });
        application.MapGet("/report", static context =>
        {
            Reports[context.Request.Query["token"]!].SetResult(context.Request.Query["result"]!);
            return Task.CompletedTask;
        });
        application.Map("/ws", EchoAsync);
        application.Map("/ws-close", CloseFirstAsync);
        application.Map("/ws-big", SendBigAsync);
    }

    private static async Task WriteBigAsync(HttpContext context, long? length)
    {
        context.Response.ContentLength = length;
        for (var sent = 0; sent < Big; sent += Part.Length)
        {
            await context.Response.Body.WriteAsync(Part);
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, default);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, default);
        }
    }

    private static async Task CloseFirstAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync(Hello, WebSocketMessageType.Binary, true, default);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
    }

    /// <summary>Sends it all when it is asked to, and then closes.</summary>
    private static async Task SendBigAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.ReceiveAsync(new byte[100].AsMemory(), default);
        for (var sent = 0; sent < Big; sent += Part.Length)
        {
            await socket.SendAsync(Part, WebSocketMessageType.Binary, sent + Part.Length == Big, default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "all", default);
    }
}
