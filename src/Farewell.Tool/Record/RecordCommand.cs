using System.CommandLine;
using System.Diagnostics;
using Farewell.Observation.Readings;
using Farewell.Observation.Recording;
using Farewell.Tool.Output;

namespace Farewell.Tool.Record;

/// <summary><c>farewell record</c>.</summary>
internal static class RecordCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OwnersKept = TimeSpan.FromSeconds(30);

    private static readonly Argument<string> FolderArgument = new("DIR") { Description = "Where to write; made if it is not there." };

    private static readonly Option<int?> PidOption = BoundedOption.CreateOptional(
        "--pid", "Record the network namespace of this process (a container's); needs root.", "PID", 1, int.MaxValue);

    private static readonly Option<int> KeepOption = BoundedOption.Create(
        "--keep-hours", "How long files are kept, 1 to 8760; 2 MB an hour at the most.", "HOURS", 1, 8760, (int)RecordingWriter.DefaultKept.TotalHours);

    private static readonly Option<int?> SamplesOption = BoundedOption.CreateOptional(
        "--samples", "End after so many samples instead of running until interrupted.", "COUNT", 1, int.MaxValue);

    public static Command Create()
    {
        var command = new Command("record", """
            A flight recorder: appends a compact sample of this machine's port budgets, counters and findings' evidence each second, for the
            question about last night. At most 2 MB an hour and 1 % of a core (a machine with very many connections is sampled less often);
            whatever ends it costs at most one sample. Read it with `farewell watch --replay DIR` and `farewell doctor --from DIR --at TIME`.

            Examples:
              farewell record /var/lib/farewell
              farewell doctor --from /var/lib/farewell --at 03:12
            """)
        {
            FolderArgument, PidOption, KeepOption, SamplesOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        RecordingWriter writer;
        try
        {
            writer = new RecordingWriter(parsed.GetValue(FolderArgument)!, TimeSpan.FromHours(parsed.GetValue(KeepOption)));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return await Entry.BadUsageAsync($"cannot write to '{parsed.GetValue(FolderArgument)}': {refused.Message} Name a folder that this user may write to.");
        }

        using var writing = writer;
        using var reader = parsed.GetValue(PidOption) is { } pid
            ? MachineReader.OfProcess(pid, ownersKept: OwnersKept)
            : MachineReader.Open(ownersKept: OwnersKept);
        var most = parsed.GetValue(SamplesOption) ?? int.MaxValue;
        await Console.Error.WriteLineAsync($"farewell: recording into {parsed.GetValue(FolderArgument)}; Ctrl-C ends it.");
        try
        {
            var pace = new RecordPace(Period);
            var isFailing = false;
            for (var sample = 1; ; sample++)
            {
                var before = Environment.CpuUsage.TotalTime;
                var started = Stopwatch.GetTimestamp();
                try
                {
                    writer.Append(reader.Read());
                    isFailing = false;
                }
                catch (IOException full) when (sample > 1)
                {
                    // The night on which the disk fills up is one to know about: it goes on when there is room.
                    if (!isFailing)
                    {
                        await Console.Error.WriteLineAsync($"farewell: {DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss} cannot record: {full.Message} Trying again each second.");
                    }

                    isFailing = true;
                }

                if (sample >= most)
                {
                    break;
                }

                var took = Stopwatch.GetElapsedTime(started);
                var pause = pace.Pause(Environment.CpuUsage.TotalTime - before, took);
                await Task.Delay(pause, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how a recorder ends.
        }

        return ExitCode.Fine;
    }
}
