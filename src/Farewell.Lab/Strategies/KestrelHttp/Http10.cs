using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class Http10 : KestrelHttpStrategy
{
    public override About About => new("kestrel-http-10", EndingSide.Server, 26)
    {
        Does = "the client asks in HTTP/1.0 and waits for the server to close",
        Lesson = "HTTP/1.0 closes after every response: a TIME_WAIT at the server for each request.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Message("GET / HTTP/1.0", []));
        await client.ReadToEndAsync();
        client.Close();
    }
}
