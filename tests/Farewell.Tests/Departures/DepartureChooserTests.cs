using Farewell.Departures;
using Farewell.Sockets;
using Farewell.Tcp;
using Microsoft.Extensions.Time.Testing;

namespace Farewell.Tests.Departures;

public sealed class DepartureChooserTests
{
    private static readonly DepartureOptions Options = new()
    {
        Budget = new(100, "test"),
        OffersUnheldFin = true,
        TimeWait = TimeSpan.FromSeconds(62),
    };

    private static readonly SocketEnd Held = new(SocketEndKind.Orderly);
    private static readonly SocketEnd NotHeld = new(SocketEndKind.ResetByPeerAfterFin);

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(true, Departure.UnheldFin)]
    [InlineData(false, Departure.Reset)]
    public void Auto_IsAFinForATenthOfTheBudget(bool offersUnheldFin, Departure beyond)
    {
        using var chooser = new DepartureChooser(Options with { OffersUnheldFin = offersUnheldFin }, _clock);
        Many(chooser, Departure.Auto, 12).ShouldBe([.. Enumerable.Repeat(Departure.Fin, 10), beyond, beyond]);
        chooser.TimeWaits(Tuple()).ShouldBe(10);
    }

    [Fact]
    public void Auto_IsAFinAgain_WhenTheTimeWaitsAreOver()
    {
        using var chooser = new DepartureChooser(Options, _clock);
        Many(chooser, Departure.Auto, 5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Many(chooser, Departure.Auto, 5);
        _clock.Advance(TimeSpan.FromSeconds(31.9));
        chooser.TimeWaits(Tuple()).ShouldBe(10, "61.9 s after the first: Linux may keep it for 62");
        chooser.Choose(Departure.Auto, Tuple()).ShouldBe(Departure.UnheldFin);
        _clock.Advance(TimeSpan.FromSeconds(2));
        chooser.TimeWaits(Tuple()).ShouldBe(5);
        chooser.Choose(Departure.Auto, Tuple()).ShouldBe(Departure.Fin);
        _clock.Advance(TimeSpan.FromDays(40));
        chooser.TimeWaits(Tuple()).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(62)]
    [InlineData(240)]
    [InlineData(3600)]
    public void ATimeWait_IsCountedAtLeastItsLengthAndHardlyLonger(int seconds)
    {
        for (var phase = 0; phase < 50; phase++)
        {
            using var chooser = new DepartureChooser(Options with { TimeWait = TimeSpan.FromSeconds(seconds) }, _clock);
            _clock.Advance(TimeSpan.FromSeconds(seconds * phase / 1000.0));
            chooser.Choose(Departure.Fin, Tuple());
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            chooser.TimeWaits(Tuple()).ShouldBe(1);
            _clock.Advance(TimeSpan.FromSeconds(seconds * 0.04));
            chooser.TimeWaits(Tuple()).ShouldBe(0);
        }
    }

    [Fact]
    public void WhatEndedOtherwise_IsTakenBack()
    {
        using var chooser = new DepartureChooser(Options, _clock);
        Many(chooser, Departure.Auto, 10);
        _clock.Advance(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 4; i++)
        {
            chooser.Ended(Tuple(), Departure.Fin, i < 3 ? NotHeld : Held);
        }

        chooser.Ended(Tuple(), Departure.UnheldFin, NotHeld);
        chooser.TimeWaits(Tuple()).ShouldBe(7);
        _clock.Advance(TimeSpan.FromSeconds(61));
        chooser.TimeWaits(Tuple()).ShouldBe(0);
        chooser.Ended(Tuple(), Departure.Fin, NotHeld);
        chooser.TimeWaits(Tuple()).ShouldBe(0, "never below");
    }

    [Fact]
    public void WhatIsAskedFor_IsDone_AndAFinCounts()
    {
        using var chooser = new DepartureChooser(Options, _clock);
        Many(chooser, Departure.Reset, 3).ShouldAllBe(departure => departure == Departure.Reset);
        Many(chooser, Departure.UnheldFin, 3).ShouldAllBe(departure => departure == Departure.UnheldFin);
        chooser.TimeWaits(Tuple()).ShouldBe(0);
        Many(chooser, Departure.Fin, 30).ShouldAllBe(departure => departure == Departure.Fin);
        chooser.TimeWaits(Tuple()).ShouldBe(30);
        chooser.Choose(Departure.Auto, Tuple()).ShouldBe(Departure.UnheldFin);
    }

    [Fact]
    public void AnUnheldFinThatIsNotOffered_IsDecidedLikeAuto()
    {
        using var chooser = new DepartureChooser(Options with { OffersUnheldFin = false }, _clock);
        Many(chooser, Departure.UnheldFin, 11).ShouldBe([.. Enumerable.Repeat(Departure.Fin, 10), Departure.Reset]);
    }

    [Fact]
    public void DestinationsAndSourceAddressesCountApart_PortsOfTheSourceAndMappedAddressesDoNot()
    {
        using var chooser = new DepartureChooser(Options, _clock);
        chooser.Choose(Departure.Fin, Tuple(source: "10.0.0.1:1000"));
        chooser.Choose(Departure.Fin, Tuple(source: "10.0.0.1:1001"));
        chooser.Choose(Departure.Fin, Tuple(source: "[::ffff:10.0.0.1]:1002", destination: "[::ffff:10.0.0.9]:80"));
        chooser.TimeWaits(Tuple(source: "10.0.0.1:7")).ShouldBe(3);
        chooser.TimeWaits(Tuple(source: "10.0.0.2:1000")).ShouldBe(0);
        chooser.TimeWaits(Tuple(destination: "10.0.0.9:81")).ShouldBe(0);
        chooser.TimeWaits(Tuple(destination: "10.0.0.8:80")).ShouldBe(0);
    }

    [Fact]
    public void BeyondItsMemory_DestinationsShareACount_UntilOthersAreOver()
    {
        using var chooser = new DepartureChooser(Options with { Destinations = 2 }, _clock);
        for (var port = 1; port <= 4; port++)
        {
            chooser.Choose(Departure.Fin, Tuple(destination: $"10.0.0.9:{port}"));
        }

        Enumerable.Range(1, 4).Select(port => chooser.TimeWaits(Tuple(destination: $"10.0.0.9:{port}"))).ShouldBe([1, 1, 2, 2]);
        _clock.Advance(TimeSpan.FromSeconds(64));
        chooser.Choose(Departure.Fin, Tuple(destination: "10.0.0.9:5"));
        chooser.Choose(Departure.Fin, Tuple(destination: "10.0.0.9:5"));
        chooser.Choose(Departure.Fin, Tuple(destination: "10.0.0.9:6"));
        chooser.TimeWaits(Tuple(destination: "10.0.0.9:5")).ShouldBe(2);
        chooser.TimeWaits(Tuple(destination: "10.0.0.9:6")).ShouldBe(1);
    }

    [Fact]
    public void ManyThreads_CountTogether()
    {
        using var chooser = new DepartureChooser(Options with { Budget = new(50_000, "test"), Destinations = 3 }, _clock);
        var fins = 0;
        Parallel.For(0, 20_000, i =>
        {
            var tuple = Tuple(destination: $"10.0.0.9:{i % 2}");
            var chosen = chooser.Choose(Departure.Auto, tuple);
            chooser.Ended(tuple, chosen, i % 20 < 2 ? NotHeld : Held);
            Interlocked.Add(ref fins, chosen == Departure.Fin ? 1 : 0);
        });
        chooser.TimeWaits(Tuple(destination: "10.0.0.9:0")).ShouldBeLessThanOrEqualTo(5000);
        chooser.TimeWaits(Tuple(destination: "10.0.0.9:1")).ShouldBeLessThanOrEqualTo(5000);
        fins.ShouldBeGreaterThanOrEqualTo(10_000);
    }

    public static TheoryData<DepartureOptions> Senseless =>
    [
        Options with { Budget = default }, Options with { Share = 0 }, Options with { Share = 1.1 }, Options with { TimeWait = default },
        Options with { TimeWait = TimeSpan.FromDays(1) }, Options with { Destinations = 0 },
    ];

    [Theory]
    [MemberData(nameof(Senseless), DisableDiscoveryEnumeration = true)]
    public void OptionsWithoutSenseAreRefused(DepartureOptions options) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new DepartureChooser(options, _clock));

    private static Departure[] Many(DepartureChooser chooser, Departure asked, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => chooser.Choose(asked, Tuple()))];

    private static FourTuple Tuple(string source = "10.0.0.1:1000", string destination = "10.0.0.9:80") =>
        new(Endpoint.From(System.Net.IPEndPoint.Parse(source)), Endpoint.From(System.Net.IPEndPoint.Parse(destination)));
}
