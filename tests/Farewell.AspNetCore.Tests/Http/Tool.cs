using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Testing;
using Farewell.Tests;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>Somebody else's program on the client's host of a private network. It ends with the test.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Tool : IDisposable
{
    private readonly Process _process;

    private Tool(Process process) => _process = process;

    /// <summary>Runs it to its end; what it wrote, and how it ended.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(VethNetwork network, string name, string package, params string[] arguments)
    {
        using var tool = Start(network, name, package, arguments);
        var output = Task.WhenAll(tool._process.StandardOutput.ReadToEndAsync(), tool._process.StandardError.ReadToEndAsync());
        await tool._process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (tool._process.ExitCode, string.Concat(await output));
    }

    public static Tool Start(VethNetwork network, string name, string package, params string[] arguments)
    {
        var path = Require.Tool(name, package);
        return new Tool(network.Client.Run(() => Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
