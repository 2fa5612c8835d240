using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Farewell.Observation.Linux;

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

    private const int StandardKilobytes = 8192;
    private const string Prefix = "farewell-";
    private static readonly string[] Roots = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    // poll(2) on trace_pipe wakes only when the buffer is half full (buffer_percent), so an empty one is looked at again after this.
    private static readonly TimeSpan EmptyPause = TimeSpan.FromMilliseconds(20);

    private readonly string _instance;
    private readonly ushort? _port;
    private readonly Descriptor _pipe;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _line = new();

    private KernelTrace(string instance, ushort? port, int kilobytes)
    {
        (_instance, _port) = (instance, port);
        Write("buffer_size_kb", kilobytes.ToString(CultureInfo.InvariantCulture));
        Write("events/sock/inet_sock_set_state/filter", port is null ? "protocol==6" : $"protocol==6 && (sport=={port} || dport=={port})");

        // Not blocking: a reader asleep in the kernel would hold the instance beyond our end, and its cost with it.
        var pipe = Libc.Open(instance + "/trace_pipe", Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        _pipe = pipe >= 0 ? new(pipe) : throw new IOException($"trace_pipe: {Marshal.GetLastPInvokeErrorMessage()}.");
        Write("events/sock/inet_sock_set_state/enable", "1");
        if (Directory.Exists(instance + "/events/tcp/tcp_send_reset"))
        {
            Write("events/tcp/tcp_send_reset/enable", "1");
        }
    }

    /// <summary>Events delivered.</summary>
    public long Received { get; private set; }

    /// <summary>Begins, in an instance of its own that nobody else's tracing disturbs.</summary>
    /// <param name="port">Only connections with this port at either end, which spares the kernel all others; null for every one.</param>
    /// <exception cref="ObservationException">Not permitted, or tracefs is not there.</exception>
    public static KernelTrace Open(ushort? port = null) => Open(port, StandardKilobytes);

    internal static KernelTrace Open(ushort? port, int kilobytes)
    {
        var root = Roots.FirstOrDefault(r => Directory.Exists(r + "/instances"))
            ?? throw new ObservationException(ObservationFailure.Unsupported, "tracefs is not mounted, or this user may not see it.",
                "As root: mount -t tracefs tracefs /sys/kernel/tracing.");
        RemoveAbandoned(root + "/instances");
        var instance = $"{root}/instances/{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(instance);
            return new(instance, port, kilobytes);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            TryRemove(instance);
            throw new ObservationException(ObservationFailure.NotPermitted, $"The kernel's tracing cannot be used: {refused.Message}", "Run as root.", refused);
        }
    }

    /// <summary>Gives events to the visitor as they come, until the token is cancelled.</summary>
    /// <exception cref="IOException">The kernel failed.</exception>
    public void Read(Action<TraceEvent> visitor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        while (!cancellation.IsCancellationRequested)
        {
            var length = Libc.Read(_pipe, _buffer, (nuint)_buffer.Length);
            if (length > 0)
            {
                Take(_buffer.AsSpan(0, (int)length), visitor);
            }
            else if (length == 0 || Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR)
            {
                cancellation.WaitHandle.WaitOne(EmptyPause);
            }
            else
            {
                throw new IOException($"The kernel's trace cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
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

    private void Take(ReadOnlySpan<byte> text, Action<TraceEvent> visitor)
    {
        foreach (var letter in Encoding.UTF8.GetString(text))
        {
            if (letter != '\n')
            {
                _line.Append(letter);
                continue;
            }

            // The tracepoint of resets has no ports that the kernel's filter could ask for.
            if (TraceLine.Parse(_line.ToString()) is { } traced && (_port is null || traced.Tuple.Local.Port == _port || traced.Tuple.Remote.Port == _port))
            {
                Received++;
                visitor(traced);
            }

            _line.Clear();
        }
    }

    private void Write(string name, string value) => File.WriteAllText($"{_instance}/{name}", value);

    // What was killed could not take its instance with it, and the machine would pay for that until it restarts.
    private static void RemoveAbandoned(string instances)
    {
        try
        {
            foreach (var instance in Directory.EnumerateDirectories(instances, Prefix + "*"))
            {
                var process = Path.GetFileName(instance)[Prefix.Length..].Split('-')[0];
                if (!Directory.Exists("/proc/" + process))
                {
                    TryRemove(instance);
                }
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Making our own says why.
        }
    }

    // An instance is removed by rmdir alone, with all the files in it; the kernel refuses while somebody reads it.
    private static void TryRemove(string instance)
    {
        try
        {
            Directory.Delete(instance, recursive: false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It was never made, or is not ours.
        }
    }
}
