using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class BadRequest : KestrelHttpStrategy
{
    public override About About => new("kestrel-bad-request", EndingSide.Server, 31)
    {
        Does = "the client sends no HTTP, and Kestrel answers 400 and closes",
        Lesson = "Kestrel's errors end in a FIN: a misbehaving client leaves the TIME_WAIT to the server.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        client.Close();
    }
}
