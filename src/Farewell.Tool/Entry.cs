using System.CommandLine;
using Farewell.Observation;

namespace Farewell.Tool;

/// <summary>Parses the command line, runs the verb, and turns what goes wrong into one line and an exit code.</summary>
internal static class Entry
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"farewell: {error.Message}");
            }

            await Console.Error.WriteLineAsync("farewell: see `farewell --help` or `farewell VERB --help`.");
            return ExitCode.BadUsage;
        }

        using var interrupted = new Interruption();
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupted.Token);
        }
        catch (OperationCanceledException) when (interrupted.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("farewell: interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (!interrupted.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"farewell: {failure.Message}");
            if (Environment.GetEnvironmentVariable("FAREWELL_TRACE") == "1")
            {
                await Console.Error.WriteLineAsync(failure.ToString());
            }

            return CodeOf(failure);
        }
    }

    /// <summary>One line on standard error, and the code for bad usage.</summary>
    public static async Task<int> BadUsageAsync(string message)
    {
        await Console.Error.WriteLineAsync($"farewell: {message}");
        return ExitCode.BadUsage;
    }

    private static int CodeOf(Exception failure) => failure switch
    {
        ObservationException { Failure: ObservationFailure.NotFound } => ExitCode.BadUsage,
        ObservationException { Failure: ObservationFailure.NotPermitted or ObservationFailure.Unsupported } => ExitCode.NotPermitted,
        _ when failure.GetType().Name is "LabNetworkException" or "CaptureException" => ExitCode.NotPermitted,
        _ => ExitCode.OwnFailure,
    };
}
