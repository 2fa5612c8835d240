using Farewell.Tool.Output;

namespace Farewell.Tool.Tests.Output;

public sealed class TimeArgumentTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 15, 38, 0, TimeSpan.FromHours(1));

    [Theory]
    //          said              meant, in UTC
    [InlineData("03:12", "2026-11-28T02:12:00")]
    [InlineData("3:12", "2026-11-28T02:12:00")]
    [InlineData("15:38", "2026-11-28T14:38:00")]
    [InlineData("15:39", "2026-11-27T14:39:00")]
    [InlineData("03:12:40", "2026-11-28T02:12:40")]
    [InlineData("03:12Z", "2026-11-28T03:12:00")]
    [InlineData("23:00Z", "2026-11-27T23:00:00")] // last night, not tonight
    [InlineData("15:00Z", "2026-11-27T15:00:00")] // in an hour by the zone that it names
    [InlineData("23:30+09:00", "2026-11-28T14:30:00")]
    [InlineData("00:30+09:00", "2026-11-27T15:30:00")]
    [InlineData("2026-11-22T03:12Z", "2026-11-22T03:12:00")]
    [InlineData("2026-11-22 03:12:40-05:00", "2026-11-22T08:12:40")]
    [InlineData("2026-11-22T03:12:40.5Z", "2026-11-22T03:12:40.5")]
    public void Parse_TakesWhatIsDocumented(string said, string meant) =>
        TimeArgument.Parse(said, Now)!.Value.UtcDateTime.ShouldBe(DateTime.Parse(meant, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("Z")]
    [InlineData("12/11")] // the twelfth of November, or the eleventh of December?
    [InlineData("10:00 PM")]
    [InlineData("24:00")]
    [InlineData("03:12+25:00")]
    [InlineData("yesterday")]
    public void Parse_RefusesWhatCouldBeMistaken(string said) => TimeArgument.Parse(said, Now).ShouldBeNull();
}
