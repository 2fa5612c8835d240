using Microsoft.Extensions.Options;

namespace Farewell.Hosting;

/// <summary>Says, before anything starts, what in the configuration is wrong, under which key, and what would be right.</summary>
internal sealed class HostOptionsValidator(string section) : IValidateOptions<FarewellHostOptions>
{
    public ValidateOptionsResult Validate(string? name, FarewellHostOptions options)
    {
        if (name != section)
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> wrong = [];
        if (options.Listen is null && options.Inherit is null)
        {
            wrong.Add($"{section} says nowhere to listen: set {section}:Listen to ADDRESS:PORT, like *:5000, or {section}:Inherit to the name of a listener that systemd passes.");
        }
        else if (options.Listen is { } listen && options.ParseListen() is null)
        {
            wrong.Add($"{section}:Listen is '{listen}': it has to be ADDRESS:PORT, like *:5000, 127.0.0.1:5000 or [::1]:5000; a host name is no address.");
        }

        if (options.Backlog < 1)
        {
            wrong.Add($"{section}:Backlog is {options.Backlog}: it has to be 1 or more.");
        }

        var limits = options.Limits;
        foreach (var (key, time) in ((string, TimeSpan?)[])[("Handshake", limits.Handshake), ("Pong", limits.Pong), ("Stall", limits.Stall), ("Grace", limits.Grace), ("Hard", limits.Hard), ("Parting", limits.Parting)])
        {
            if (time <= TimeSpan.Zero)
            {
                wrong.Add($"{section}:Limits:{key} is {time}: it has to be more than zero.");
            }
        }

        if (wrong.Count == 0)
        {
            try
            {
                options.ToServerOptions().Validate();
            }
            catch (ArgumentException outOfRange)
            {
                wrong.Add($"{section}: {outOfRange.Message}");
            }
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
