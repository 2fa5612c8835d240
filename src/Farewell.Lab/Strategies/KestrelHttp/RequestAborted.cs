using Farewell.Lab.Running;
using Microsoft.AspNetCore.Http;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal sealed class RequestAborted : KestrelHttpStrategy
{
    public override About About => new("kestrel-http-abort", EndingSide.Server, 34)
    {
        Does = "the application calls HttpContext.Abort() instead of answering",
        Lesson = "HttpContext.Abort is a reset since .NET 8: nobody keeps a TIME_WAIT.",
        Expected = [Outcome.Aborted],
    };

    protected override Task HandleAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get());
        await client.ReadToEndAsync();
        client.Close();
    }
}
