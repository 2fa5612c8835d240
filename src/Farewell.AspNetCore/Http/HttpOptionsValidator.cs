using Microsoft.Extensions.Options;

namespace Farewell.AspNetCore;

internal sealed class HttpOptionsValidator : IValidateOptions<FarewellHttpOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, FarewellHttpOptions options)
    {
        List<string> wrong = [];
        Check(options.Grace >= TimeSpan.FromMilliseconds(10) && options.Grace <= Longest, $"Grace is {options.Grace}; it must be 10 ms to 10 minutes.");
        Check(options.StopSilence >= TimeSpan.Zero && options.StopSilence <= Longest, $"StopSilence is {options.StopSilence}; it must be 0 to 10 minutes.");
        Check(options.StopPatience >= TimeSpan.Zero && options.StopPatience <= Longest, $"StopPatience is {options.StopPatience}; it must be 0 to 10 minutes.");
        Check(options.DiscardLimit >= 0, $"DiscardLimit is {options.DiscardLimit}; it must be 0 or more octets.");
        Check(options.MaxLingering >= 0, $"MaxLingering is {options.MaxLingering}; it must be 0 or more connections.");
        Check(Enum.IsDefined(options.AfterGrace), $"AfterGrace is {options.AfterGrace}; it must be Fin, UnheldFin or Reset.");
        Check(Enum.IsDefined(options.WhenSilent), $"WhenSilent is {options.WhenSilent}; it must be Fin, UnheldFin or Reset.");
        Check(Enum.IsDefined(options.WebSockets), $"WebSockets is {options.WebSockets}; it must be ServerFirst or ClientFirst.");
        Check(options.Clock is not null, "Clock is null; leave it at TimeProvider.System.");
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong.Select(each => $"UseFarewell: {each}"));

        void Check(bool right, string otherwise)
        {
            if (!right)
            {
                wrong.Add(otherwise);
            }
        }
    }
}
