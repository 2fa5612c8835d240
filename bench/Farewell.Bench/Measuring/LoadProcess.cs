using System.Diagnostics;
using System.Text.Json;

namespace Farewell.Bench.Measuring;

/// <summary>The load at work.</summary>
internal sealed class LoadProcess(Process process) : IDisposable
{
    /// <summary>The next line that it prints.</summary>
    public LoadLine Next() => JsonSerializer.Deserialize<LoadLine>(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The load has ended; what it said stands above."), JsonSerializerOptions.Web)!;

    /// <summary>Tells it to end, and waits for its last line.</summary>
    public LoadLine End()
    {
        process.StandardInput.Close();
        return Next();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(10_000))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }
}

/// <summary>A line of the load: what happened since the one before. Latencies in microseconds.</summary>
internal sealed record LoadLine(
    string Phase, double Seconds, long Answers, long Ended, long Failed, long Opened, long Overflow, long Dismissed, long Goodbyes, double P50, double P99, double P999);
