namespace Farewell.Observation.Owners;

/// <summary>
/// Names that processes give themselves, for terminals and tables. Any process may call itself an escape sequence (<c>PR_SET_NAME</c>), and whoever
/// looks at a list of processes must not obey it.
/// </summary>
internal static class Printable
{
    private const char FirstBeyondLatin = '\u0300'; // from here on a character may take two cells, or none

    /// <summary>The text with a question mark for whatever is no visible Latin character.</summary>
    public static string Of(string text) => text.All(IsPlain) ? text : string.Concat(text.Select(letter => IsPlain(letter) ? letter : '?'));

    private static bool IsPlain(char letter) => letter < FirstBeyondLatin && !char.IsControl(letter) && letter != '\u00ad';
}
