using Farewell.Tool.Record;

namespace Farewell.Tool.Tests.Record;

public sealed class RecordPaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void CheapReadings_ComeEachSecond() => Samples(TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(5)).ShouldBe(3600);

    [Fact]
    public void DearReadings_TakeOneInAHundredOfACore() =>
        Samples(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(60)).ShouldBeInRange(720, 732, "3600 s / 5 s, and the first minute's credit");

    [Fact]
    public void AnOverloadedMachine_WhereAReadingWaitsItsTurn_IsRecordedAllTheSame() =>
        Samples(TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(600)).ShouldBe(3600);

    // Over an hour.
    private static int Samples(TimeSpan used, TimeSpan took)
    {
        var pace = new RecordPace(Second);
        var (count, elapsed) = (0, TimeSpan.Zero);
        while (elapsed < TimeSpan.FromHours(1))
        {
            count++;
            elapsed += took + pace.Pause(used, took);
        }

        return count;
    }
}
