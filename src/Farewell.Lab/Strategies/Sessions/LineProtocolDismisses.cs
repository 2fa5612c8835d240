using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class LineProtocolDismisses : LineSessionStrategy
{
    private static readonly StopOptions Stop = new() { Spread = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(5) };

    public override About About => new("session-line-dismissed", EndingSide.Client, 27)
    {
        Does = "the server of the line protocol stops: it says 421 to every client, which says QUIT, reads 221 and closes",
        Lesson = "A hosted protocol gets the graceful stop for the price of naming its words.",
        Expected = [Outcome.ClientHeld],
    };

    protected override Task EndAsync(FarewellServer server) => server.StopAsync(Stop);

    protected override async Task LeaveAsync(LabSocket client)
    {
        await UntilLineAsync(client, "421 ");
        await base.LeaveAsync(client);
    }
}
