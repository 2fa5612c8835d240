using System.Diagnostics;

namespace Farewell.Tests.Samples;

/// <summary>A program run to its end, or talked to.</summary>
internal sealed class Command : IDisposable
{
    private readonly Process _process;

    private Command(Process process) => _process = process;

    public static Command Start(string file, params string[] arguments) => new(Process.Start(new ProcessStartInfo(file, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    /// <summary>Starts one of the samples that were built with these tests.</summary>
    public static Command Sample(string name, params string[] arguments) => Start("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, $"Farewell.Samples.{name}.dll"), .. arguments]);

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Limit);

    /// <summary>Closes its standard input, and gives what it says until it has ended well.</summary>
    /// <param name="limit">How long that may take; null is the usual.</param>
    public async Task<string> ToEndAsync(TimeSpan? limit = null)
    {
        _process.StandardInput.Close();
        var said = await _process.StandardOutput.ReadToEndAsync().WaitAsync(limit ?? Eventually.Limit);
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        _process.ExitCode.ShouldBe(0, said);
        return said;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(Eventually.Limit);
        }

        _process.Dispose();
    }
}
