using System.CommandLine;
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
            """)
        {
            StrategyOption, ConnectionsOption, ListOption, JsonOption, PcapOption, LoopbackOption,
        };
        ConnectionsOption.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--connections takes 1 to 1000.");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(parsed, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        IReadOnlyList<Strategy> strategies;
        try
        {
            strategies = StrategyCatalog.Named(parsed.GetValue(StrategyOption) ?? []);
        }
        catch (ArgumentException unknown)
        {
            await Console.Error.WriteLineAsync($"farewell: {unknown.Message}");
            return ExitCode.BadUsage;
        }

        if (parsed.GetValue(ListOption))
        {
            LabList.Print(Terminal.Out, strategies);
            return ExitCode.Fine;
        }

        var folder = parsed.GetValue(PcapOption);
        folder?.Create();
        using var network = OpenNetwork(parsed.GetValue(LoopbackOption), arguments);
        var run = new LabOptions(strategies, parsed.GetValue(ConnectionsOption), folder?.FullName);
        var results = await LabProgress.WatchAsync(strategies.Count, done => LabRun.RunAsync(network, run, done, cancellation));
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
