using System.CommandLine;
using Farewell.Lab.Running;
using Farewell.Tool;
using Farewell.Tool.Lab;

if (args is [LabChild.Verb, .. var childArguments])
{
    return await LabChild.RunAsync(childArguments);
}

var root = new RootCommand("How TCP connections end: choose it, see it, prove it.") { LabCommand.Create(args) };
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

    return failure is Farewell.Lab.Networks.LabNetworkException ? ExitCode.NotPermitted : ExitCode.OwnFailure;
}
