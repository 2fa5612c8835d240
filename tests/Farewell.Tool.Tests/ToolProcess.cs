using System.Diagnostics;
using System.Text.Json;
using NJsonSchema;

namespace Farewell.Tool.Tests;

/// <summary>The command as a user runs it: a process of its own.</summary>
internal sealed class ToolProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required string Errors { get; init; }

    public static string[] Command => ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Farewell.Tool.dll")];

    /// <summary>Runs it to its end.</summary>
    public static Task<ToolProcess> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it under another command, such as one that drops privileges.</summary>
    public static async Task<ToolProcess> RunAsync(string[] under, string[] arguments)
    {
        using var process = Start(under, arguments);
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return new ToolProcess { ExitCode = process.ExitCode, Output = await output, Errors = await errors };
    }

    public static Process Start(string[] under, string[] arguments, string? mark = null, string? temporaryFolder = null)
    {
        string[] command = [.. under, .. Command, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        if (temporaryFolder is not null)
        {
            start.Environment["TMPDIR"] = temporaryFolder;
        }

        if (mark is not null)
        {
            start.Environment["FAREWELL_TEST_MARK"] = mark;
        }

        return Process.Start(start)!;
    }

    /// <summary>The document that it printed, once it is known to fit its schema.</summary>
    public async Task<JsonElement> DocumentAsync(string schema)
    {
        Output.ShouldStartWith("{", customMessage: $"exit code {ExitCode}, standard error: {Errors}");
        var loaded = await JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "schemas", schema));
        loaded.Validate(Output).Select(e => e.ToString()).ShouldBeEmpty();
        return JsonDocument.Parse(Output).RootElement;
    }
}
