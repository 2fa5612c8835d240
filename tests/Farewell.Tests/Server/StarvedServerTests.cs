using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Testing;

namespace Farewell.Tests.Server;

/// <summary>A stop while the process has no descriptor for those who wait in the accept queue.</summary>
[SupportedOSPlatform("linux")]
public sealed class StarvedServerTests
{
    private const int Room = 120;
    private const int Waiting = 300;

    [Fact]
    public async Task EverybodyInTheQueue_IsToldOfTheStop_AsDescriptorsComeBack()
    {
        Require.Linux();
        using var child = ChildProcess.Start(Child.StarveServer, $"{Room}");
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(await child.LineAsync(), CultureInfo.InvariantCulture));
        var options = new FarewellClientOptions { ConnectTimeout = Eventually.Limit, Limits = SessionLimits.Leaver with { Handshake = Eventually.Limit } };
        List<FarewellSession> guests = [];
        while (guests.Count < Room / 4)
        {
            guests.Add(await FarewellClient.ConnectAsync(server, options));
        }

        // From here on some are accepted and most wait; none is refused.
        var waiting = Enumerable.Range(0, Waiting).Select(_ => FarewellClient.ConnectAsync(server, options)).ToList();
        var open = 0;
        await Eventually.HoldsAsync(() => (open = waiting.Count(static each => each.IsCompletedSuccessfully)) >= Room / 8, () => $"{open} sessions more are open");
        open.ShouldBeLessThan(Waiting / 2, "most of them wait");
        var report = await child.EndAsync();
        report.ShouldContain("Reset = 0, Lost = 0");
        foreach (var each in waiting)
        {
            try
            {
                (await (await each.WaitAsync(Eventually.Limit)).Completion.WaitAsync(Eventually.Limit)).Cause.ShouldBe(Cause.Released);
            }
            catch (FarewellException turnedAway)
            {
                turnedAway.Dismissal.ShouldNotBeNull(turnedAway.Message).Reason.ShouldBe(DismissReason.Stop);
            }
        }

        guests.ForEach(static guest => guest.Completion.IsCompletedSuccessfully.ShouldBeTrue());
    }
}
