using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class ViolationIsToldThenReset : SessionByHandStrategy
{
    public override About About => new("session-violation", EndingSide.Server, 12)
    {
        Does = "a client says a frame that is the server's; it is told so, and reset after 250 ms",
        Lesson = "A fault is named to its author before the reset, so that somebody can mend it.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task SpeakAsync(LabSocket client)
    {
        await client.SendAsync(new byte[] { 0x0D, 0, 0, 4, 0, 0, 0, 0 });
        await client.ReadToEndAsync();
        client.Close();
    }
}
