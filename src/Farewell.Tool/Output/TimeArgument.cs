using System.Globalization;

namespace Farewell.Tool.Output;

/// <summary>A time as a person on call says it: a clock time of the last 24 hours, or a date and time; local unless it says otherwise.</summary>
internal static class TimeArgument
{
    /// <summary>What a time may look like, for messages.</summary>
    public const string Forms = "03:12, 03:12:40, 2026-11-22T03:12, or the same with a zone such as Z";

    /// <summary>Reads one; null when it is none.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            var today = new DateTimeOffset(now.Date + clock.ToTimeSpan(), now.Offset);
            return today <= now ? today : today.AddDays(-1);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) ? time : null;
    }
}
