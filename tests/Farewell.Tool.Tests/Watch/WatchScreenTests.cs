using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Settings;
using Farewell.Tcp;
using Farewell.Tool.Watch;

namespace Farewell.Tool.Tests.Watch;

public sealed class WatchScreenTests
{
    private readonly WatchHistory _history = new();
    private readonly WatchState _state = new();

    [Theory]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    [InlineData(40, 10)]
    public void Frame_FillsTheTerminalAndNoMore(int width, int height)
    {
        foreach (var drilled in (bool[])[false, true])
        {
            var frame = Compose(width, height);
            frame.Count.ShouldBe(height);
            frame.ShouldAllBe(line => line.Length <= width);
            frame[^1].ShouldContain("q quit");
            Press(ConsoleKey.Enter);
        }
    }

    [Fact]
    public void Frame_OfEightyColumns_IsCutNowhereThatMatters()
    {
        Type('f', 'p', 's', 's');
        var frame = Compose(80, 24);
        frame[0].TrimEnd().ShouldEndWith("cliff 14,116");
        frame.ShouldContain(line => line.EndsWith("seen with)", StringComparison.Ordinal));
        frame[^1].TrimEnd().ShouldEndWith("esc back");
    }

    [Fact]
    public void Bar_MarksTheCliff()
    {
        Sparkline.Bar(0.25, 0.5, 8).ShouldBe("██··|···");
        Sparkline.Bar(1, 0.5, 8).ShouldBe("████|███");
        Sparkline.Bar(0, 0, 8).ShouldBe("|·······");
    }

    [Fact]
    public void Keys_SortFilterFreezeAndDrill()
    {
        Rows().ShouldBe(["10.0.0.3:443", "10.0.0.2:443", "10.0.0.1:443"], "most used first");
        Type('s', 's', 's');
        Rows().ShouldBe(["10.0.0.1:443", "10.0.0.2:443", "10.0.0.3:443"], "by name");
        Type('/', '0', '.', '2');
        Press(ConsoleKey.Enter);
        Rows().ShouldBe(["10.0.0.2:443"]);
        Press(ConsoleKey.Enter);
        Compose(80, 24).ShouldContain(line => line.Contains("-> 10.0.0.2:443", StringComparison.Ordinal));
        Press(ConsoleKey.Escape);
        Press(ConsoleKey.Escape);
        Rows().Count.ShouldBe(3);
        Type('f');
        Compose(80, 24)[0].ShouldContain("FROZEN");
        Type('q');
        _state.Ended.ShouldBeTrue();
    }

    [Theory]
    [InlineData(80, "10.0.0.3:443", "nginx[12]")]
    [InlineData(200, "10.0.0.3:443", "nginx[12] (web.service)")]
    public void Row_NamesDestinationAndProcess_AtEveryWidth(int width, string destination, string owner)
    {
        var row = Compose(width, 24).Single(line => line.Contains(destination, StringComparison.Ordinal));
        row.ShouldContain("3,000");
        row.ShouldContain("|", customMessage: "the bar with the cliff");
        row.ShouldContain(owner);
    }

    [Fact]
    public void WhatIsChosen_StaysTheSameDestination_WhileOthersOvertakeIt_AndWhenItIsGone()
    {
        Press(ConsoleKey.DownArrow);
        Compose(80, 24).ShouldContain(line => line.StartsWith(" > 10.0.0.2:443", StringComparison.Ordinal));
        Press(ConsoleKey.Enter);
        foreach (var order in "ssss")
        {
            Type(order);
            Compose(80, 24).ShouldContain(line => line.Contains("-> 10.0.0.2:443", StringComparison.Ordinal), "sorted another way");
        }

        WatchScreen.Compose(Reading(1), _history, _state, 80, 24).ShouldContain(line => line.Text.Contains("-> 10.0.0.2:443: no connection now", StringComparison.Ordinal));
        Compose(80, 24).ShouldContain(line => line.Contains("-> 10.0.0.2:443", StringComparison.Ordinal), "and back");
    }

    [Fact]
    public void Processes_AreSummedOverTheirDestinations()
    {
        Type('p');
        Compose(80, 24).ShouldContain(line => line.TrimStart().StartsWith("6", StringComparison.Ordinal) && line.Contains("nginx[12] (web.service)", StringComparison.Ordinal));
        Type('p');
        Rows().Count.ShouldBe(3);
    }

    [Fact]
    public void Frame_OfNothing_SaysSo() =>
        WatchScreen.Compose(Reading(0), _history, _state, 80, 24).ShouldContain(line => line.Text.Contains("nothing is dialled", StringComparison.Ordinal));

    private List<string> Rows() => [.. Compose(120, 30).Select(line => line.Trim(' ', '>')).Where(line => line.StartsWith("10.0.0", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];

    private List<string> Compose(int width, int height)
    {
        var reading = Reading(3);
        _history.Add(reading);
        return [.. WatchScreen.Compose(reading, _history, _state, width, height).Select(line => line.Text)];
    }

    private void Type(params char[] keys) => Array.ForEach(keys, key => _state.Press(new(key, ConsoleKey.None, false, false, false)));

    private void Press(ConsoleKey key) => _state.Press(new('\0', key, false, false, false));

    private static MachineReading Reading(int destinations)
    {
        var uses = new DialledUse[destinations];
        for (var at = 0; at < destinations; at++)
        {
            uses[at] = new() { Source = At("10.0.0.9:0"), Destination = At($"10.0.0.{at + 1}:443"), FirstHalf = 1000 * (at + 1) };
            uses[at].States[TcpState.TimeWait] = 1000 * (at + 1);
            uses[at].Returns.Add(30, 1000 * (at + 1));
        }

        return new()
        {
            At = DateTimeOffset.UnixEpoch,
            Range = PortRange.LinuxDefault,
            Settings = new KernelSettings(new Dictionary<string, string>()),
            Budgets = PortBudgets.Of(uses, PortRange.LinuxDefault, (0, 0), TimeWaitReuse.LinuxDefault),
            Owners = [.. uses.Select(_ => (IReadOnlyList<OwnerShare>)[new(new(12, "nginx", "web.service"), 2, 5, true)])],
        };
    }

    private static Endpoint At(string text) => Endpoint.From(System.Net.IPEndPoint.Parse(text));
}
