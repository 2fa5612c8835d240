using System.Runtime.Versioning;
using Farewell.Listening;
using Farewell.Tests.Sockets;

namespace Farewell.Tests.Listening;

[SupportedOSPlatform("linux")]
public sealed class InheritedListenerTests
{
    [Theory]
    [InlineData(null, null, null, "")]
    [InlineData("7", null, null, "")]
    [InlineData(null, "1", null, "")]
    [InlineData("", "1", null, "")]
    [InlineData("8", "1", "web", "")] // another process's
    [InlineData("7", "0", null, "")]
    [InlineData("7", "1", null, "unknown=3")]
    [InlineData("7", "2", "", "unknown=3 unknown=4")]
    [InlineData("7", "2", "web:admin", "web=3 admin=4")]
    [InlineData("7", "2", ":admin", "=3 admin=4")]
    public void Parse(string? process, string? count, string? names, string expected) =>
        string.Join(' ', InheritedListener.Parse(process, count, names, self: 7).Select(each => $"{each.Name}={each.Descriptor}")).ShouldBe(expected);

    [Theory]
    [InlineData("x", "1", null)]
    [InlineData("7", "-1", null)]
    [InlineData("7", "1.0", null)]
    [InlineData("7", "1000000", null)]
    [InlineData("7", "2", "web")]
    public void Parse_RefusesWhatMakesNoSense(string process, string count, string? names) =>
        Should.Throw<ListenException>(() => InheritedListener.Parse(process, count, names, self: 7)).Message.ShouldContain("LISTEN_FD");

    [Theory]
    [InlineData(CrashEnding.Fin, 3)]
    [InlineData(CrashEnding.Reset, 0)]
    public async Task AKilledServer_LeavesItsListenerToTheNext(CrashEnding onCrash, int timeWaits)
    {
        using var network = new VethNetwork();
        var listener = network.Listen();
        using var first = ChildProcess.StartWith(listener, Child.Inherit, $"{onCrash}");
        (await first.UntilAsync("ready")).ShouldBe(["web=3", "unset closed"], "taken, unset, and not passed on to a child");
        var early = Enumerable.Range(0, 3).Select(_ => network.Dial(listener)).ToList();
        await first.UntilAsync("accepted 3");
        await first.KillAsync();

        // Dialled while nobody accepts.
        var late = Enumerable.Range(0, 3).Select(_ => network.Dial(listener)).ToList();
        foreach (var client in early)
        {
            (await Conversation.ReadToEndAsync(client)).ShouldBe((1, onCrash == CrashEnding.Reset), "what was sent arrives either way");
            client.Dispose();
        }

        using var second = ChildProcess.StartWith(listener, Child.Inherit, $"{onCrash}");
        await second.UntilAsync("accepted 3");
        foreach (var client in late)
        {
            (await Conversation.ReadExactlyAsync(client, 1)).ShouldBe([7]);
        }

        (await second.EndAsync()).ShouldBeEmpty();
        late.ForEach(client => client.Dispose());
        (await network.SettledAsync()).ShouldBe((0, timeWaits));
    }
}
