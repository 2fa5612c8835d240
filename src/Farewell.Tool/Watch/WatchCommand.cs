using System.CommandLine;
using Farewell.Observation.Readings;
using Farewell.Observation.Recording;
using Farewell.Tool.Output;

namespace Farewell.Tool.Watch;

/// <summary><c>farewell watch</c>.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OwnersKept = TimeSpan.FromSeconds(10);

    private static readonly Option<int?> PidOption = BoundedOption.CreateOptional(
        "--pid", "Watch the network namespace of this process (a container's); needs root.", "PID", 1, int.MaxValue);

    private static readonly Option<bool> OnceOption = new("--once") { Description = "Print one frame and end." };

    private static readonly Option<string?> ReplayOption = new("--replay") { Description = "Play back what `farewell record DIR` wrote.", HelpName = "DIR" };

    private static readonly Option<string?> AtOption = new("--at") { Description = "Where to begin, with --replay: " + TimeArgument.Forms + ".", HelpName = "TIME" };

    private static readonly Option<int> SpeedOption = BoundedOption.Create("--speed", "With --replay, samples a second, 1 to 60.", "COUNT", 1, 60, 1);

    public static Command Create()
    {
        var command = new Command("watch", """
            A live view: the ports towards each destination as bars with the connect() cliff marked and the time until they run out, TIME_WAITs
            coming and going, who closed first. Keys: s sort, / filter, f freeze, arrows and enter for one destination, q quit.
            Piped, it prints a line a second instead.

            Examples:
              farewell watch
              farewell watch --once
              farewell watch --replay /var/lib/farewell --at 03:10
            """)
        {
            PidOption, OnceOption, ReplayOption, AtOption, SpeedOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (folder, at, pid) = (parsed.GetValue(ReplayOption), parsed.GetValue(AtOption), parsed.GetValue(PidOption));
        if (folder is null && (at is not null || parsed.GetResult(SpeedOption) is { Implicit: false }))
        {
            return await Entry.BadUsageAsync("--at and --speed go with --replay DIR.");
        }

        if (folder is not null && pid is not null)
        {
            return await Entry.BadUsageAsync("--pid goes without --replay.");
        }

        DateTimeOffset? from = null;
        if (at is not null && (from = TimeArgument.Parse(at, DateTimeOffset.Now)) is null)
        {
            return await Entry.BadUsageAsync($"'{at}' is no time; write {TimeArgument.Forms}.");
        }

        if (folder is not null && !Directory.Exists(folder))
        {
            return await Entry.BadUsageAsync($"there is no folder '{folder}'. `farewell record DIR` makes one.");
        }

        using IReadingSource source = folder is not null
            ? new ReplaySource(folder, from)
            : new LiveSource(pid is { } id ? MachineReader.OfProcess(id, ownersKept: OwnersKept) : MachineReader.Open(ownersKept: OwnersKept));
        var loop = new WatchLoop(source, folder is null ? Period : Period / parsed.GetValue(SpeedOption));
        if (parsed.GetValue(OnceOption))
        {
            return await OnceAsync(loop, source, folder, from, cancellation);
        }

        if (Console.IsOutputRedirected)
        {
            await loop.LinesAsync(cancellation);
        }
        else
        {
            await loop.RunAsync(cancellation);
        }

        return ExitCode.Fine;
    }

    private static async Task<int> OnceAsync(WatchLoop loop, IReadingSource source, string? folder, DateTimeOffset? from, CancellationToken cancellation)
    {
        MachineReading? reading;
        if (folder is not null)
        {
            reading = RecordingReader.At(folder, from);
            if (reading is null)
            {
                return await Entry.BadUsageAsync($"'{folder}' holds no sample{(from is null ? "" : $" at or before {from}")}.");
            }
        }
        else
        {
            loop.Add(source.Next()!);
            await Task.Delay(Period, cancellation);
            reading = source.Next()!;
        }

        loop.Once(reading);
        return ExitCode.Fine;
    }
}
