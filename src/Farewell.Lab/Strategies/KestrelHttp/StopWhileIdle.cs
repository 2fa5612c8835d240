using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.KestrelHttp;

internal class StopWhileIdle : KestrelHttpStrategy
{
    public override About About => new("kestrel-stop-while-idle", EndingSide.Server, 29)
    {
        Does = "the host stops while the clients' persistent connections are idle",
        Lesson = "A graceful stop closes idle connections at once by a FIN: a TIME_WAIT for each client.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendAsync(RawHttp.Get());
        await client.ReadMessageAsync();
        client.Announce("idle");
        await client.ReadToEndAsync();
        client.Close();
    }

    protected override async Task MeanwhileAsync(LabKestrel kestrel, Arena arena)
    {
        await Task.WhenAll(arena.Connections.Select(connection => connection.Client!.Until("idle")));
        await kestrel.StopAsync(TimeSpan.FromSeconds(5));
    }
}
