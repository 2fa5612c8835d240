using Farewell.Observation.Settings;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Settings;

public sealed class KernelSettingsTests
{
    [Fact]
    public void Read_FindsTheOnesThatEveryKernelHas()
    {
        Require.Linux();
        var settings = KernelSettings.Read();
        settings.Range.ShouldNotBeNull().Usable.ShouldBeGreaterThan(0);
        settings.Number(SettingMeaning.FinTimeout).ShouldNotBeNull();
        settings[SettingMeaning.TimeWaitReuse].ShouldNotBeNull();
        settings["net.ipv4.no_such_thing"].ShouldBeNull();
    }

    [Theory]
    [InlineData("1", "1", "10.0.0.1", "10.0.0.2", true)]
    [InlineData("1", "0", "10.0.0.1", "10.0.0.2", false)]
    [InlineData("2", "1", "10.0.0.1", "10.0.0.2", false)]
    [InlineData("2", "1", "127.0.0.1", "127.0.0.9", true)]
    [InlineData("2", "1", "::1", "::1", true)]
    [InlineData("2", "1", "::ffff:127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("0", "1", "127.0.0.1", "127.0.0.1", false)]
    [InlineData("rubbish", "1", "10.0.0.1", "10.0.0.2", false)]
    public void Reuse_FollowsTheKernelsRules(string mode, string timestamps, string source, string destination, bool permits) =>
        new KernelSettings(new Dictionary<string, string> { [SettingMeaning.TimeWaitReuse] = mode, [SettingMeaning.Timestamps] = timestamps })
            .Reuse.Permits(At(source), At(destination)).ShouldBe(permits);

    [Fact]
    public void EveryMeaning_SaysSomething_AndOnce()
    {
        SettingMeaning.All.ShouldAllBe(meaning => meaning.Meaning.EndsWith('.'));
        SettingMeaning.All.Select(meaning => meaning.Name).ShouldBeUnique();
        SettingMeaning.Of(SettingMeaning.Rfc1337)!.Meaning.ShouldContain("wrong way round");
    }

    private static Farewell.Tcp.Endpoint At(string address) => Farewell.Tcp.Endpoint.From(new(System.Net.IPAddress.Parse(address), 0));
}
