using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class DismissedStays : SessionByHandStrategy
{
    public override About About => new("session-dismissed-stays", EndingSide.Server, 10)
    {
        Does = "the server asks a client to leave that takes no notice, and resets it at the end of the grace of 200 ms",
        Lesson = "Whoever was asked, had its time and stayed has forfeited the polite end.",
        Expected = [Outcome.Aborted],
    };

    protected override void Configure(FarewellServerOptions options) => options.Opened = static session => session.End();

    protected override async Task SpeakAsync(LabSocket client)
    {
        await client.ReadToEndAsync();
        client.Close();
    }
}
