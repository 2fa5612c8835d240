using CsCheck;
using Farewell.Observation.Findings;
using Farewell.Observation.Owners;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Recording;
using Farewell.Observation.Settings;
using Farewell.Tcp;

namespace Farewell.Observation.Tests.Recording;

public sealed class RecordingTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("farewell-recording-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void WhatIsRead_IsWhatWasWritten()
    {
        var written = Enumerable.Range(0, 20).Select(second => Busy(second, 3)).ToList();
        using (var writer = new RecordingWriter(_folder.FullName))
        {
            written.ForEach(reading => writer.Append(reading).ShouldBeTrue());
        }

        var read = RecordingReader.Read(_folder.FullName).ToList();
        read.Count.ShouldBe(written.Count);
        foreach (var (was, now) in written.Zip(read))
        {
            now.At.ShouldBe(was.At);
            now.Range.ToString().ShouldBe(was.Range.ToString());
            now.Budgets.Count.ShouldBe(was.Budgets.Count);
            foreach (var budget in was.Budgets)
            {
                var same = now.Budgets.Single(b => b.Destination == budget.Destination);
                (same.InUse, same.TimeWait, same.Limit, same.CliffAt, same.States).ShouldBe((budget.InUse, budget.TimeWait, budget.Limit, budget.CliffAt, budget.States));
                (same.Reusable, same.HeldFor, same.Occupied).ShouldBe((budget.Reusable, budget.HeldFor, budget.Occupied));
                same.PerSecond.ShouldBe(budget.PerSecond, 0.1);
                now.OwnersOf(same)[0].Owner.ShouldBe(new SocketOwner(7, "a/b", "x.service"));
            }

            now.CloseWaits.ShouldBe(was.CloseWaits);
            var (shared, sharedNow) = (was.SharedListeners.Single(), now.SharedListeners.Single());
            (sharedNow.Local, sharedNow.Sockets, sharedNow.AreUnrelated).ShouldBe((shared.Local, shared.Sockets, shared.AreUnrelated));
            sharedNow.Owners.ShouldBe(shared.Owners);
            sharedNow.Users.ShouldBe(shared.Users);
            now.ListeningPorts.ShouldBe(was.ListeningPorts);
            (now.TrackingDropped, now.TrackingForgotten).ShouldBe((was.TrackingDropped, was.TrackingForgotten));
            Diagnosis.Of(now).Select(f => (f.Id, f.Severity)).ShouldBe(Diagnosis.Of(was).Select(f => (f.Id, f.Severity)), "findings are the same, played back");
        }
    }

    [Fact]
    public void Sums_AreThoseOfTheMachine_HoweverFewDestinationsAreKept()
    {
        var reading = Busy(1, 100) with { Listeners = new Dictionary<ushort, IReadOnlyList<SocketOwner>> { [1] = [new(9, "nginx", "nginx.service")] } };
        using (var writer = new RecordingWriter(_folder.FullName))
        {
            writer.Append(reading);
            writer.Append(reading);
        }

        var read = RecordingReader.At(_folder.FullName)!;
        read.Budgets.Count.ShouldBeLessThan(reading.Budgets.Count);
        read.States.ShouldBe(reading.States);
        var port = reading.Accepted[0].Port;
        read.ListenersOn(port).ShouldBe([new(9, "nginx", "nginx.service")]);
    }

    [Fact]
    public void ConnectionsTracked_AreNoSettingThatChanges()
    {
        using var writer = new RecordingWriter(_folder.FullName);
        var before = 0L;
        for (var second = 0; second < 10; second++)
        {
            before = writer.Written;
            writer.Append(Busy(0, 1) with { At = Start.AddSeconds(second), Settings = new(new Dictionary<string, string> { [SettingMeaning.ConntrackCount] = $"{second}" }) });
        }

        (writer.Written - before).ShouldBeLessThan(32, "what does not change costs a sample's frame only");
    }

    [Fact]
    public void At_FindsTheSampleOfATime_AcrossHours()
    {
        using (var writer = new RecordingWriter(_folder.FullName))
        {
            for (var minute = 0; minute < 180; minute++)
            {
                writer.Append(Busy(minute * 60, 1));
            }
        }

        _folder.GetFiles().Length.ShouldBe(3);
        RecordingReader.At(_folder.FullName, Start.AddMinutes(72).AddSeconds(40))!.At.ShouldBe(Start.AddMinutes(72));
        RecordingReader.At(_folder.FullName)!.At.ShouldBe(Start.AddMinutes(179));
        RecordingReader.At(_folder.FullName, Start.AddSeconds(-1)).ShouldBeNull();
        RecordingReader.Read(_folder.FullName, Start.AddMinutes(100)).Count().ShouldBe(80);
    }

    [Fact]
    public void ADayOfABusyMachine_StaysUnderFiftyMegabytes()
    {
        using var writer = new RecordingWriter(_folder.FullName);
        for (var second = 0; second < 3600; second++)
        {
            writer.Append(Busy(second, 100));
        }

        (writer.Written * 24).ShouldBeLessThan(50_000_000);
        writer.LeftOut.ShouldBe(0);
    }

    [Fact]
    public void WhatACrashCutOff_CostsOneSample()
    {
        using (var writer = new RecordingWriter(_folder.FullName))
        {
            for (var second = 0; second < 10; second++)
            {
                writer.Append(Busy(second, 2));
            }
        }

        var file = _folder.GetFiles().Single();
        using (var stream = file.OpenWrite())
        {
            stream.SetLength(file.Length - 3);
        }

        RecordingReader.Read(_folder.FullName).Count().ShouldBe(9);
        using (var writer = new RecordingWriter(_folder.FullName))
        {
            writer.Append(Busy(11, 2));
        }

        RecordingReader.Read(_folder.FullName).Count().ShouldBe(10, "the next recorder begins a file of its own");
    }

    [Fact]
    public void AClockThatIsSetBack_LosesNoSample()
    {
        using var writer = new RecordingWriter(_folder.FullName);
        for (var second = 0; second < 30; second++)
        {
            writer.Append(Busy(second, 1) with { At = Start.AddMinutes(50).AddSeconds(second) }).ShouldBeTrue();
        }

        for (var second = 0; second < 30; second++)
        {
            writer.Append(Busy(second, 1) with { At = Start.AddMinutes(20).AddSeconds(second) }).ShouldBeTrue($"second {second} after the clock went back by half an hour");
        }

        RecordingReader.Read(_folder.FullName).Count().ShouldBe(60);
        RecordingReader.At(_folder.FullName, Start.AddMinutes(21))!.At.ShouldBe(Start.AddMinutes(20).AddSeconds(29));
    }

    [Fact]
    public void AfterAFailure_TheNextSampleBeginsAFile()
    {
        using var writer = new RecordingWriter(_folder.FullName);
        writer.Append(Busy(0, 1) with { At = Start });
        _folder.Delete(recursive: true);
        Should.Throw<IOException>(() => writer.Append(Busy(1, 1) with { At = Start.AddHours(1) }));
        _folder.Create();
        writer.Append(Busy(2, 1) with { At = Start.AddHours(1).AddSeconds(1) }).ShouldBeTrue();
        RecordingReader.Read(_folder.FullName).ShouldHaveSingleItem().At.ShouldBe(Start.AddHours(1).AddSeconds(1));
    }

    [Fact]
    public void OldFiles_AreDeleted()
    {
        using var writer = new RecordingWriter(_folder.FullName, TimeSpan.FromHours(2));
        for (var hour = 0; hour < 8; hour++)
        {
            writer.Append(Busy(hour * 3600, 1));
        }

        _folder.GetFiles().Length.ShouldBeInRange(3, 4);
    }

    [Fact]
    public void AnyOctets_AreSurvived()
    {
        var whole = new SampleEncoder().Encode(Busy(1, 2)).ToArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, octet, length) =>
        {
            var bad = whole.ToArray();
            bad[at] = octet;
            var decoder = new SampleDecoder();
            if (decoder.TryDecode(bad.AsSpan(0, length), out var reading))
            {
                Diagnosis.Of(reading!);
            }
        });
        Gen.Byte.Array[0, 200].Sample(soup =>
        {
            new SampleDecoder().TryDecode(soup, out _);
        });
        File.WriteAllBytes(Path.Combine(_folder.FullName, "20261122T030000.farewell"), [.. RecordingWriter.Magic, 255, 255, 255, 255, 1]);
        File.WriteAllText(Path.Combine(_folder.FullName, "rubbish.farewell"), "x");
        RecordingReader.Read(_folder.FullName).ShouldBeEmpty();
    }

    private static MachineReading Busy(int second, int destinations)
    {
        var random = new Random(second);
        var uses = new DialledUse[destinations];
        for (var at = 0; at < destinations; at++)
        {
            ref var use = ref uses[at];
            use = new() { Source = At("10.0.0.1:0"), Destination = At($"10.0.{at / 200}.{1 + (at % 200)}:443") };
            var timeWait = 3000 + random.Next(2000);
            for (var age = 0; age < 60; age++)
            {
                use.Returns.Add(age, timeWait / 60);
            }

            use.States[TcpState.TimeWait] = timeWait / 60 * 60;
            use.States[TcpState.Established] = 20 + random.Next(10);
            use.FirstHalf = use.States.Total;
        }

        var budgets = PortBudgets.Of(uses, PortRange.LinuxDefault, (0, 0), TimeWaitReuse.LinuxDefault);
        var owner = new SocketOwner(7, "a/b", "x.service");
        return new()
        {
            At = Start.AddSeconds(second),
            Interval = TimeSpan.FromSeconds(1),
            Range = PortRange.LinuxDefault,
            Settings = new KernelSettings(new Dictionary<string, string> { [SettingMeaning.PortRange] = "32768 60999", [SettingMeaning.FinTimeout] = "60" }),
            Counters = new TcpCounters(RecordedCounters.Names.ToDictionary(
                name => name, name => name.Contains("Abort", StringComparison.Ordinal) || name is "TCPTimeWaitOverflow" or "TWRecycled" ? 0 : (long)(second * 1000) + random.Next(900))),
            Fresh = 2000,
            Budgets = budgets,
            Owners = [.. budgets.Select(_ => (IReadOnlyList<OwnerShare>)[new(owner, 3, 4, true)])],
            Accepted = [.. Enumerable.Range(1, 5).Select(port => new AcceptedUse { Port = (ushort)port, IsListening = true })],
            CloseWaits = [new(owner, true, At("0.0.0.0:80"), 20 + (second % 5), 15, 3)],
            SharedListeners = [new(At("[::]:8080"), 2, [owner, owner with { Process = "oth|er" }], [0, 1000])],
            ListeningPorts = [22, 443, (ushort)(8080 + (second % 2))],
            Tracking = new(900, 1000, 120, 7, 8, 500),
            TrackingDropped = second,
            TrackingForgotten = 2 * second,
        };
    }

    private static Endpoint At(string text) => Endpoint.From(System.Net.IPEndPoint.Parse(text));
}
