using Farewell.Lab.Running;
using Farewell.Protocol.Sessions;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class DeadIsReset : SessionByHandStrategy
{
    public override About About => new("session-dead", EndingSide.Server, 11)
    {
        Does = "a client says nothing more and answers no Ping (100 ms, then 100 ms for the Pong)",
        Lesson = "Dead is not idle: who does not answer would not hear a request to leave either.",
        Expected = [Outcome.Aborted],
    };

    protected override SessionLimits Limits => base.Limits with { Ping = TimeSpan.FromMilliseconds(100), Pong = TimeSpan.FromMilliseconds(100) };

    protected override async Task SpeakAsync(LabSocket client)
    {
        await client.ReadToEndAsync();
        client.Close();
    }
}
