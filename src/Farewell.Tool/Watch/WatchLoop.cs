using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Farewell.Observation.Readings;
using Farewell.Tool.Output;
using Spectre.Console;

namespace Farewell.Tool.Watch;

/// <summary>Draws frames until a key or a signal ends it.</summary>
internal sealed class WatchLoop(IReadingSource source, TimeSpan period)
{
    private const string EnterScreen = "\e[?1049h\e[?25l";
    private const string LeaveScreen = "\e[?25h\e[?1049l";

    private readonly ConcurrentQueue<ConsoleKeyInfo> _keys = [];
    private readonly SemaphoreSlim _pressed = new(0);
    private readonly WatchHistory _history = new();
    private readonly WatchState _state = new();
    private readonly Queue<MachineReading> _waiting = [];
    private readonly StringWriter _frame = new();
    private volatile bool _isTerminalGone;

    /// <summary>One frame, plain where piped.</summary>
    public void Once(MachineReading reading)
    {
        _history.Add(reading);
        foreach (var line in WatchScreen.Compose(reading, _history, _state, Terminal.Out.Profile.Width, Console.IsOutputRedirected ? 60 : Console.WindowHeight).SkipLast(1))
        {
            Terminal.Out.Write(new Text(line.Text.TrimEnd() + "\n", line.Style));
        }
    }

    /// <summary>Makes the rates of a first frame possible.</summary>
    public void Add(MachineReading reading) => _history.Add(reading);

    /// <summary>A line for each reading, for pipes.</summary>
    public async Task LinesAsync(CancellationToken cancellation)
    {
        using var output = new PipedOutput();
        for (MachineReading? reading; (reading = source.Next()) is not null; await Task.Delay(period, cancellation))
        {
            _history.Add(reading);
            if (!output.TryWriteLine(WatchScreen.Summary(reading, _history)))
            {
                return; // head, less or grep -m has had enough
            }
        }
    }

    /// <summary>The live view.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!Console.IsInputRedirected)
        {
            new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        }

        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = false };
        _frame.Write(EnterScreen);
        try
        {
            await DrawAsync(output, cancellation);
        }
        finally
        {
            _frame.Write(LeaveScreen);
            await ShowAsync(output);
        }
    }

    private async Task DrawAsync(StreamWriter output, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Out = new AnsiConsoleOutput(_frame), ColorSystem = ColorSystemSupport.EightBit });
        MachineReading? shown = null;
        var next = Stopwatch.GetTimestamp();
        for (var draw = Press(); !_state.Ended && !_isTerminalGone; draw = Press())
        {
            if (Until(next) == TimeSpan.Zero)
            {
                next = Stopwatch.GetTimestamp() + (long)(period.TotalSeconds * Stopwatch.Frequency);
                if (source.Next() is { } reading)
                {
                    Take(reading);
                    draw |= !_state.Frozen;
                }
            }

            if (!_state.Frozen && _waiting.Count > 0)
            {
                shown = Shown();
            }

            if (draw && shown is not null)
            {
                Frame(console, shown);
                await ShowAsync(output);
            }

            await _pressed.WaitAsync(Until(next), cancellation);
        }
    }

    // A frozen frame stays as it is, its rates and lines too; what is read meanwhile is remembered for when it thaws.
    private void Take(MachineReading reading)
    {
        _waiting.Enqueue(reading);
        if (_waiting.Count > WatchHistory.Length)
        {
            _waiting.Dequeue();
        }
    }

    private MachineReading? Shown()
    {
        MachineReading? last = null;
        while (_waiting.TryDequeue(out var reading))
        {
            _history.Add(last = reading);
        }

        return last;
    }

    private void Frame(IAnsiConsole console, MachineReading reading)
    {
        _frame.Write("\e[H");
        var (width, height) = (Math.Max(20, Console.WindowWidth), Math.Max(8, Console.WindowHeight));
        console.Profile.Width = width + 1;
        var lines = WatchScreen.Compose(reading, _history, _state, width, height);
        for (var at = 0; at < lines.Count; at++)
        {
            console.Write(new Text(lines[at].Text, lines[at].Style));
            _frame.Write(at + 1 < lines.Count ? "\e[K\r\n" : "\e[K\e[J");
        }
    }

    private async Task ShowAsync(StreamWriter output)
    {
        try
        {
            await output.WriteAsync(_frame.GetStringBuilder());
            await output.FlushAsync();
        }
        catch (IOException)
        {
            _isTerminalGone = true;
        }

        _frame.GetStringBuilder().Clear();
    }

    private static TimeSpan Until(long timestamp) => TimeSpan.FromSeconds(Math.Max(0, timestamp - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);

    // A thread that waits for keys: to look every so often whether there is one would wake the process more than all the rest of it.
    private void ReadKeys()
    {
        try
        {
            while (true)
            {
                _keys.Enqueue(Console.ReadKey(intercept: true));
                _pressed.Release();
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            _isTerminalGone = true;
            _pressed.Release();
        }
    }

    private bool Press()
    {
        var pressed = false;
        while (_keys.TryDequeue(out var key))
        {
            _state.Press(key);
            pressed = true;
        }

        return pressed;
    }
}
