using Farewell.Lab.Running;
using Microsoft.AspNetCore.Http;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class GrpcKeepAliveTimeout : Http2KeepAliveTimeout
{
    public override About About => new("kestrel-grpc-keep-alive-timeout", EndingSide.Server, 37)
    {
        Does = "after a unary gRPC call the connection is idle for longer than KeepAliveTimeout",
        Lesson = "gRPC is HTTP/2 here too: GOAWAY, and the server closes first.",
        Expected = [Outcome.ServerHeld],
        IsSlow = true,
    };

    protected override ReadOnlyMemory<byte> Request => RawHttp2.Grpc;

    protected override async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(RawHttp2.EmptyMessage.ToArray(), context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
