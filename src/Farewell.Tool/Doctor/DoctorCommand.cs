using System.CommandLine;
using System.Globalization;
using Farewell.Observation.Findings;
using Farewell.Observation.Linux;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Observation.Recording;
using Farewell.Observation.Settings;
using Farewell.Tool.Output;

namespace Farewell.Tool.Doctor;

/// <summary><c>farewell doctor</c>.</summary>
internal static class DoctorCommand
{
    // A recorder that is short of processor time takes a sample every few seconds; after this it did not run.
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(1);

    private static readonly Option<int?> PidOption = BoundedOption.CreateOptional(
        "--pid", "Look into the network namespace of this process (a container's); needs root.", "PID", 1, int.MaxValue);

    private static readonly Option<int> SecondsOption = BoundedOption.Create(
        "--seconds", "How far apart the two readings are, 1 to 60: counters and leaks are told by what changes.", "SECONDS", 1, 60, 2);

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print one JSON document (docs/schemas/doctor.schema.json)." };

    private static readonly Option<string?> AboutOption = new("--about")
    {
        Description = "Explain a finding (its page, as in docs/findings) or a setting such as net.ipv4.tcp_fin_timeout. Without a reading.",
        HelpName = "ID",
    };

    private static readonly Option<bool> NamespacesOption = new("--namespaces")
    {
        Description = "List the network namespaces (containers) that processes are in, each with a process for --pid. Without root only those of own processes.",
    };

    private static readonly Option<bool> MeasureOption = new("--measure-time-wait")
    {
        Description = "End a connection over loopback and tell how long this machine keeps its TIME_WAIT. Takes as long as that lasts: 61 s on Linux, up to 240 s on Windows.",
    };

    private static readonly Option<string?> FromOption = new("--from")
    {
        Description = "Instead of now, look at what `farewell record DIR` wrote: the last sample, or the one at --at.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> AtOption = new("--at") { Description = "The time to look at, with --from: " + TimeArgument.Forms + ".", HelpName = "TIME" };

    public static Command Create()
    {
        var command = new Command("doctor", """
            Is this machine close to running out of ports, who is the cause, what exactly to change, and what would that change?
            Reads the kernel's tables, counters and settings; changes nothing; needs no root (root also names the processes of others).
            Exit code 0: healthy, or information only; 1: a warning or worse.

            Examples:
              farewell doctor
              farewell doctor --pid 4242 --json
              farewell doctor --about past-the-cliff
              farewell doctor --from /var/lib/farewell --at 03:12
            """)
        {
            PidOption, NamespacesOption, SecondsOption, JsonOption, AboutOption, MeasureOption, FromOption, AtOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(AboutOption) is { } id)
        {
            return await AboutAsync(id);
        }

        if (parsed.GetValue(NamespacesOption))
        {
            return await NamespacesAsync();
        }

        if (parsed.GetValue(MeasureOption))
        {
            if (parsed.GetValue(PidOption) is not null || parsed.GetValue(JsonOption) || parsed.GetValue(FromOption) is not null)
            {
                return await Entry.BadUsageAsync("--measure-time-wait goes by itself: it measures this machine, and prints one line.");
            }

            var length = await TimeWaitProbe.MeasureAsync(cancellation);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"this machine keeps a TIME_WAIT for {length.TotalSeconds:F1} s (measured over loopback, to 0.1 s)"));
            return ExitCode.Fine;
        }

        if (parsed.GetValue(FromOption) is { } folder)
        {
            if (parsed.GetValue(PidOption) is not null)
            {
                return await Entry.BadUsageAsync("--pid goes without --from: a recording is of the network namespace that it was made in.");
            }

            return await PlayedBackAsync(folder, parsed.GetValue(AtOption), parsed.GetValue(JsonOption));
        }

        if (parsed.GetValue(AtOption) is not null)
        {
            return await Entry.BadUsageAsync("--at goes with --from DIR, the folder that `farewell record DIR` wrote to.");
        }

        return Report(await ReadAsync(parsed, cancellation), parsed.GetValue(JsonOption));
    }

    private static async Task<int> PlayedBackAsync(string folder, string? at, bool json)
    {
        DateTimeOffset? time = null;
        if (at is not null && (time = TimeArgument.Parse(at, DateTimeOffset.Now)) is null)
        {
            return await Entry.BadUsageAsync($"'{at}' is no time; write {TimeArgument.Forms}.");
        }

        MachineReading? reading;
        try
        {
            reading = RecordingReader.At(folder, time);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return await Entry.BadUsageAsync($"cannot read '{folder}': {missing.Message}");
        }

        if (reading is null)
        {
            return await Entry.BadUsageAsync(RecordingReader.Read(folder).FirstOrDefault() is { } first
                ? $"'{folder}' holds no sample at or before {Local(time ?? default)}; its first is of {Local(first.At)}."
                : $"'{folder}' holds no sample.");
        }

        if (!json)
        {
            await Console.Out.WriteLineAsync($"as it was at {Local(reading.At)}, from {folder}");
        }

        if (time is { } asked && asked - reading.At > LongestGap)
        {
            await (json ? Console.Error : Console.Out).WriteLineAsync($"nothing was recorded between then and {Local(asked)}: what was asked for is not known");
        }

        return Report(reading, json);
    }

    private static string Local(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    private static async Task<MachineReading> ReadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var reader = parsed.GetValue(PidOption) is { } pid ? MachineReader.OfProcess(pid) : MachineReader.Open();
        reader.Read();
        await Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(SecondsOption)), cancellation);
        return reader.Read();
    }

    private static int Report(MachineReading reading, bool json)
    {
        var findings = Diagnosis.Of(reading);
        if (json)
        {
            Console.Out.WriteLine(DoctorJson.Write(reading, findings));
        }
        else
        {
            DoctorReport.Print(Terminal.Out, reading, findings);
        }

        return findings.Any(f => f.Severity > Severity.Info) ? ExitCode.Finding : ExitCode.Fine;
    }

    private static async Task<int> NamespacesAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("farewell: only Linux has network namespaces.");
            return ExitCode.NotPermitted;
        }

        foreach (var listed in NamespaceList.Read())
        {
            await Console.Out.WriteLineAsync($"{listed.Name}  --pid {listed.ProcessId}  {listed.Process}{(listed.Processes > 1 ? $" and {listed.Processes - 1} more" : "")}");
        }

        return ExitCode.Fine;
    }

    private static async Task<int> AboutAsync(string id)
    {
        if (SettingMeaning.Of(id) is { } setting)
        {
            var now = KernelSettings.Read()[id];
            await Console.Out.WriteLineAsync($"{id}, by default {(setting.Default is { } standard ? $"\"{standard}\"" : "as the machine is")}, here {(now is null ? "not there" : $"\"{now}\"")}\n{setting.Meaning}");
            return ExitCode.Fine;
        }

        if (FindingPages.Read(id) is not { } page)
        {
            return await Entry.BadUsageAsync($"there is no finding '{id}'. There are: {string.Join(", ", FindingCatalog.All)}.");
        }

        await Console.Out.WriteLineAsync(page.TrimEnd());
        return ExitCode.Fine;
    }
}
