using System.Collections.Frozen;
using System.Text;

namespace Farewell.Sessions;

/// <summary>The values of enumerations as they stand in metrics, spans and JSON: <c>TimedOut</c> is <c>timed-out</c>.</summary>
internal static class Names
{
    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.All.TryGetValue(value, out var name) ? name : "unknown";

    private static string Split(string name)
    {
        var split = new StringBuilder();
        foreach (var letter in name)
        {
            _ = (char.IsUpper(letter) && split.Length > 0 ? split.Append('-') : split).Append(char.ToLowerInvariant(letter));
        }

        return split.ToString();
    }

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> All = Enum.GetValues<T>().Distinct().ToFrozenDictionary(static value => value, static value => Split(value.ToString()));
    }
}
