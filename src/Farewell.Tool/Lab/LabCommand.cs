using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Farewell.Lab.Churn;
using Farewell.Lab.Networks;
using Farewell.Lab.Networks.Linux;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Tool.Output;

namespace Farewell.Tool.Lab;

/// <summary><c>farewell lab</c>.</summary>
internal static class LabCommand
{
    private static readonly Option<string[]> StrategyOption = new("--strategy", "-s")
    {
        Description = "Only these strategies; a name may end in *. See --list.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME",
    };

    private static readonly Option<int> ConnectionsOption = new("--connections", "-n")
    {
        Description = "Connections that each strategy ends, 1 to 1000.",
        DefaultValueFactory = _ => 20,
        HelpName = "COUNT",
    };

    private static readonly Option<bool> ListOption = new("--list") { Description = "List the strategies and run nothing." };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print one JSON document (docs/schemas/lab.schema.json)." };

    private static readonly Option<DirectoryInfo?> PcapOption = new("--pcap")
    {
        Description = "Write each strategy's packets there, as each side's interface saw them.",
        HelpName = "DIR",
    };

    private static readonly Option<FileInfo?> MarkdownOption = new("--markdown")
    {
        Description = "Also write every strategy with its row and its ladder of packets to this file.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> ChurnOption = new("--churn")
    {
        Description = "Instead measure how many connections a second these strategies keep up from one address to one destination.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME",
    };

    private static readonly Option<int> SecondsOption = new("--seconds")
    {
        Description = "How long --churn runs each strategy, 1 to 600.",
        DefaultValueFactory = _ => 70,
        HelpName = "SECONDS",
    };

    private static readonly Option<int> PortsOption = new("--ports")
    {
        Description = "How many ephemeral ports --churn gives the client, 16 to 28232.",
        DefaultValueFactory = _ => 8000,
        HelpName = "COUNT",
    };

    private static readonly Option<bool> LoopbackOption = new("--loopback") { Description = "Use loopback even where private networks are allowed." };

    public static Command Create(IReadOnlyList<string> arguments)
    {
        var command = new Command("lab", """
            Ends TCP connections in every way there is, on this machine's real kernel, and shows who closed first, how, who is left
            holding TIME_WAIT, what the peer saw and whether data was lost: by packets, kernel tables and sockets as independent witnesses.
            Runs in private network namespaces that vanish with it; needs no root where unprivileged user namespaces are allowed.

            Examples:
              farewell lab
              farewell lab --strategy 'server-*' --connections 5 --pcap captures
              farewell lab --churn client-closes server-closes goodbye-then-client-aborts
            """)
        {
            StrategyOption, ConnectionsOption, ListOption, JsonOption, PcapOption, MarkdownOption, LoopbackOption, ChurnOption, SecondsOption, PortsOption,
        };
        Bound(ConnectionsOption, 1, 1000);
        Bound(SecondsOption, 1, 600);
        Bound(PortsOption, 16, 28232);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var churned = parsed.GetValue(ChurnOption) ?? [];
        Option[] forRuns = [StrategyOption, ConnectionsOption, PcapOption, MarkdownOption];
        Option[] forChurn = [SecondsOption, PortsOption];
        if ((churned.Length > 0 ? forRuns : forChurn).FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } idle)
        {
            return await BadUsageAsync($"{idle.Name} goes {(churned.Length > 0 ? "without" : "with")} --churn.");
        }

        if (parsed.GetValue(ListOption) && parsed.GetValue(JsonOption))
        {
            return await BadUsageAsync("--list has no --json; a run's --json names every strategy.");
        }

        IReadOnlyList<Strategy> strategies;
        try
        {
            strategies = StrategyCatalog.Named(churned.Length > 0 ? churned : parsed.GetValue(StrategyOption) ?? []);
        }
        catch (ArgumentException unknown)
        {
            return await BadUsageAsync(unknown.Message);
        }

        if (strategies.Where(s => churned.Length > 0 && s is not SocketStrategy { CanChurn: true }).ToList() is [var odd, ..])
        {
            return await BadUsageAsync($"'{odd.Name}' cannot be churned: its sides wait for each other. Plain socket strategies can, such as client-closes.");
        }

        if (parsed.GetValue(ListOption))
        {
            LabList.Print(Terminal.Out, strategies);
            return ExitCode.Fine;
        }

        using var network = OpenNetwork(parsed.GetValue(LoopbackOption), arguments);
        if (churned.Length > 0)
        {
            var churn = new ChurnOptions([.. strategies.Cast<SocketStrategy>()], parsed.GetValue(SecondsOption), parsed.GetValue(PortsOption));
            var kept = await LabProgress.TickAsync(tick => ChurnRun.RunAsync(network, churn, tick, cancellation));
            if (parsed.GetValue(JsonOption))
            {
                await Console.Out.WriteLineAsync(ChurnJson.Write(network, kept));
            }
            else
            {
                ChurnPicture.Print(Terminal.Out, kept);
            }

            return ExitCode.Fine;
        }

        if (!TryCreate(parsed.GetValue(PcapOption), out var folder, out var refusal))
        {
            return await BadUsageAsync(refusal);
        }

        await using var page = OpenPage(parsed.GetValue(MarkdownOption), out refusal);
        if (refusal is not null)
        {
            return await BadUsageAsync(refusal);
        }

        var run = new LabOptions(strategies, parsed.GetValue(ConnectionsOption), folder);
        var results = await LabProgress.WatchAsync(strategies.Count, done => LabRun.RunAsync(network, run, done, cancellation));
        if (page is not null)
        {
            await page.WriteAsync(LabMarkdown.Write(network, results));
        }

        if (parsed.GetValue(JsonOption))
        {
            await Console.Out.WriteLineAsync(LabJson.Write(network, results));
        }
        else
        {
            LabTable.Print(Terminal.Out, network, results);
        }

        return results.Any(r => r.IsFinding) ? ExitCode.Finding : ExitCode.Fine;
    }

    private static void Bound(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token, ..] && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most))
        {
            result.AddError($"{option.Name} takes {least} to {most}, not '{token.Value}'.");
        }
    });

    private static async Task<int> BadUsageAsync(string message)
    {
        await Console.Error.WriteLineAsync($"farewell: {message}");
        return ExitCode.BadUsage;
    }

    /// <summary>Opened before the run, so that a name that cannot be written costs nothing.</summary>
    private static StreamWriter? OpenPage(FileInfo? wanted, out string? refusal)
    {
        refusal = null;
        try
        {
            return wanted is null ? null : new StreamWriter(wanted.FullName);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            refusal = $"cannot write to '{wanted}': {refused.Message} Name a file that this user may write to.";
            return null;
        }
    }

    private static bool TryCreate(DirectoryInfo? wanted, out string? folder, [NotNullWhen(false)] out string? refusal)
    {
        (folder, refusal) = (wanted?.FullName, null);
        try
        {
            wanted?.Create();
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            refusal = $"cannot write captures to '{wanted}': {refused.Message} Name a folder that this user may write to.";
            return false;
        }
    }

    private static ILabNetwork OpenNetwork(bool loopback, IReadOnlyList<string> arguments)
    {
        if (loopback)
        {
            return new LoopbackNetwork("asked for by --loopback");
        }

        if (!OperatingSystem.IsLinux())
        {
            return new LoopbackNetwork("private network namespaces are Linux's own");
        }

        return PrivateNamespace.IsInside ? new PrivateNetwork() : new LoopbackNetwork(PrivateNamespace.Enter(arguments));
    }
}
