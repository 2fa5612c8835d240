using System.CommandLine;
using System.Globalization;

namespace Farewell.Tool.Output;

/// <summary>An option that takes a whole number between two bounds.</summary>
internal static class BoundedOption
{
    /// <summary>Makes one; its validation message names the bounds.</summary>
    public static Option<int> Create(string name, string description, string helpName, int least, int most, int standard)
    {
        var option = new Option<int>(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => standard };
        Bound(option, least, most);
        return option;
    }

    /// <summary>The same without a default.</summary>
    public static Option<int?> CreateOptional(string name, string description, string helpName, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = helpName };
        Bound(option, least, most);
        return option;
    }

    private static void Bound(Option option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token, ..]
            && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most))
        {
            result.AddError($"{option.Name} takes {least} to {most}, not '{token.Value}'.");
        }
    });
}
