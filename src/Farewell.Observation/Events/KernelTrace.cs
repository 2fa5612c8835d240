using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Farewell.Observation.Events;

/// <summary>
/// The tracepoints <c>sock:inet_sock_set_state</c> and <c>tcp:tcp_send_reset</c> through tracefs: every change of state and every reset with its
/// reason, in <b>all</b> network namespaces of the machine. It adds 13 to 30 us to every close on the machine while it is open (measured), so
/// it is never opened unless asked for. Needs root.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class KernelTrace : IDisposable
{
    /// <summary>What it costs, in a sentence.</summary>
    public const string Cost = "tracefs adds 13 to 30 us to every close on the whole machine, in every container, until this ends (measured on Linux 6.18)";

    private const string BufferKilobytes = "8192";
    private static readonly string[] Roots = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    private readonly string _instance;
    private readonly FileStream _pipe;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _line = new();

    private KernelTrace(string instance)
    {
        _instance = instance;
        Write("buffer_size_kb", BufferKilobytes);
        Write("events/sock/inet_sock_set_state/filter", "protocol==6");
        _pipe = new FileStream(instance + "/trace_pipe", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        Write("events/sock/inet_sock_set_state/enable", "1");
        if (Directory.Exists(instance + "/events/tcp/tcp_send_reset"))
        {
            Write("events/tcp/tcp_send_reset/enable", "1");
        }
    }

    /// <summary>Events delivered.</summary>
    public long Received { get; private set; }

    /// <summary>Begins, in an instance of its own that nobody else's tracing disturbs.</summary>
    /// <exception cref="ObservationException">Not permitted, or tracefs is not there.</exception>
    public static KernelTrace Open()
    {
        var root = Roots.FirstOrDefault(r => Directory.Exists(r + "/instances"))
            ?? throw new ObservationException(ObservationFailure.Unsupported, "tracefs is not mounted, or this user may not see it.",
                "As root: mount -t tracefs tracefs /sys/kernel/tracing.");
        var instance = $"{root}/instances/farewell-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(instance);
            return new(instance);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            TryRemove(instance);
            throw new ObservationException(ObservationFailure.NotPermitted, $"The kernel's tracing cannot be used: {refused.Message}", "Run as root.", refused);
        }
    }

    /// <summary>Waits for events and gives them to the visitor, until the token is cancelled and one more event has come.</summary>
    public void Read(Action<TraceEvent> visitor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        while (!cancellation.IsCancellationRequested)
        {
            var length = _pipe.Read(_buffer);
            foreach (var letter in Encoding.UTF8.GetString(_buffer, 0, length))
            {
                if (letter != '\n')
                {
                    _line.Append(letter);
                    continue;
                }

                if (TraceLine.Parse(_line.ToString()) is { } traced)
                {
                    Received++;
                    visitor(traced);
                }

                _line.Clear();
            }
        }
    }

    /// <summary>Events that the kernel overwrote before they were read.</summary>
    public long Lost()
    {
        long lost = 0;
        foreach (var processor in Directory.EnumerateDirectories(_instance + "/per_cpu"))
        {
            foreach (var line in File.ReadLines(processor + "/stats"))
            {
                lost += line.StartsWith("overrun: ", StringComparison.Ordinal) && long.TryParse(line.AsSpan("overrun: ".Length), CultureInfo.InvariantCulture, out var overrun)
                    ? overrun
                    : 0;
            }
        }

        return lost;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Write("events/enable", "0");
        _pipe.Dispose();
        TryRemove(_instance);
    }

    private void Write(string name, string value) => File.WriteAllText($"{_instance}/{name}", value);

    // An instance is removed by rmdir alone, with all the files in it.
    private static void TryRemove(string instance)
    {
        try
        {
            Directory.Delete(instance, recursive: false);
        }
        catch (IOException)
        {
            // It was never made, or a reader still holds it: it goes with the next restart.
        }
    }
}
