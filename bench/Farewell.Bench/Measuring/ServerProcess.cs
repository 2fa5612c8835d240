using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Farewell.Bench.Measuring;

/// <summary>A subject at work in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    public ServerProcess(Subject subject, IPEndPoint endPoint, Process process)
    {
        (Subject, EndPoint, _process) = (subject, endPoint, process);
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException($"{subject.Name} did not start.");
        }
    }

    public Subject Subject { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>CPU time used so far, of all threads and in the kernel, in microseconds; exact to a clock tick, 10 ms (proc(5), stat: the sum is scaled to the scheduler's own account).</summary>
    public double CpuMicros
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * 10_000.0;
        }
    }

    /// <summary>Resident memory, in octets.</summary>
    public long Resident => long.Parse(File.ReadAllText($"/proc/{_process.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    /// <summary>Octets allocated so far; 0 of a program without a collector.</summary>
    public long Allocated => Number("allocated");

    /// <summary>Has it collect until that frees nothing more: connections that ended a moment ago are gone then.</summary>
    /// <returns>Octets of living objects; 0 of a program without a collector.</returns>
    public long Settle()
    {
        var (heap, same) = (long.MaxValue, 0);
        for (var i = 0; i < 50 && same < 3; i++)
        {
            _ = Say("collect");
            var now = Number("heap");
            (same, heap) = (now < heap - 1024 ? 0 : same + 1, Math.Min(heap, now));
        }

        return heap;
    }

    /// <summary>Says a word to it and waits for the answer.</summary>
    public string Say(string word)
    {
        _process.StandardInput.WriteLine(word);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Subject.Name} has ended.");
    }

    private long Number(string word) => long.TryParse(Say(word), CultureInfo.InvariantCulture, out var octets) ? octets : 0;

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
