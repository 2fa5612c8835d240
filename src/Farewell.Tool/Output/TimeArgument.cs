using System.Globalization;

namespace Farewell.Tool.Output;

/// <summary>A time as a person on call says it: a clock time of the last 24 hours, or a date and time; local unless it says otherwise.</summary>
internal static class TimeArgument
{
    /// <summary>What a time may look like, for messages.</summary>
    public const string Forms = "03:12, 03:12:40, 2026-11-22T03:12, or the same with a zone such as Z";

    private static readonly string[] Clocks = ["H:mm", "H:mm:ss", "H:mm:ss.FFFFFFF"];
    private static readonly string[] Dates = [.. Clocks.SelectMany(clock => (string[])[$"yyyy-MM-dd'T'{clock}", $"yyyy-MM-dd {clock}"])];

    /// <summary>Reads one; null when it is none.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        var (time, zone) = Split(text);
        if (TimeOnly.TryParseExact(time, Clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            // A clock time is of the last 24 hours in its own zone, too.
            var there = now.ToOffset(zone ?? now.Offset);
            var today = new DateTimeOffset(there.Date + clock.ToTimeSpan(), there.Offset);
            return today <= now ? today : today.AddDays(-1);
        }

        return DateTime.TryParseExact(time, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? zone is { } offset ? new(date, offset) : new DateTimeOffset(date)
            : null;
    }

    private static (string Time, TimeSpan? Zone) Split(string text)
    {
        if (text.EndsWith('Z'))
        {
            return (text[..^1], TimeSpan.Zero);
        }

        return text.Length > 6 && text[^6] is ('+' or '-') && text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParseExact(text[^5..], "hh\\:mm", CultureInfo.InvariantCulture, out var zone) && zone <= TimeSpan.FromHours(14)
            ? (text[..^6], text[^6] == '-' ? -zone : zone)
            : (text, null);
    }
}
