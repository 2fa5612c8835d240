using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class ConnectionClose : KestrelHttpStrategy
{
    public override About About => new("kestrel-connection-close", EndingSide.Server, 25)
    {
        Does = "the client asks with Connection: close and waits for the server to close",
        Lesson = "The header asks the server to close first, so the TIME_WAIT is the server's.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get("Connection: close"));
        await client.ReadToEndAsync();
        client.Close();
    }
}
