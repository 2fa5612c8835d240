using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Farewell.Observation.Findings;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Tcp;
using Farewell.Tool.Output;

namespace Farewell.Tool.Doctor;

/// <summary>Writes the document of <c>farewell doctor --json</c>. By hand, so that the native binary needs no reflection.</summary>
internal static class DoctorJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(MachineReading reading, IReadOnlyList<Finding> findings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteHead(json, "doctor");
            json.WriteString("readAt", reading.At);
            json.WriteNumber("intervalSeconds", Math.Round(reading.Interval.TotalSeconds, 3));
            json.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteStartArray("budgets");
            foreach (var budget in reading.Budgets)
            {
                Write(json, reading, budget);
            }

            json.WriteEndArray();
            json.WriteStartArray("accepted");
            foreach (var port in reading.Accepted.OrderByDescending(a => a.States.Total))
            {
                Write(json, reading, port);
            }

            json.WriteEndArray();
            WritePorts(json, reading);
            WriteMap(json, "settings", reading.Settings.Values.Select(s => (s.Key, (object)s.Value)));
            WriteMap(json, "counters", (reading.Counters?.ByKernelName ?? new Dictionary<string, long>()).Select(c => (c.Key, (object)c.Value)));
            WriteMap(json, "counted", (reading.Counted?.ByKernelName ?? new Dictionary<string, long>()).Where(c => c.Value != 0).Select(c => (c.Key, (object)c.Value)));
            WriteMap(json, "missing", reading.Missing.Select(m => (m.Key, (object)m.Value)));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What every document begins with.</summary>
    public static void WriteHead(Utf8JsonWriter json, string verb)
    {
        var head = JsonDocumentHead.Of(verb);
        json.WriteString("schema", head.Schema);
        json.WriteString("at", head.At);
        json.WriteString("tool", head.Tool);
        json.WriteStartObject("machine");
        json.WriteString("os", head.Machine.Os);
        json.WriteString("kernel", head.Machine.Kernel);
        json.WriteBoolean("privileged", head.Machine.Privileged);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
        json.WriteString("title", finding.Title);
        WriteMap(json, "evidence", finding.Evidence.Select(e => (e.Key, e.Value)));
        json.WriteString("cause", finding.Cause);
        json.WriteString("remedy", finding.Remedy);
        json.WriteString("effect", finding.Effect);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MachineReading reading, PortBudget budget)
    {
        json.WriteStartObject();
        json.WriteString("source", budget.Source.ToIPEndPoint().Address.ToString());
        json.WriteString("destination", budget.Destination.ToIPEndPoint().Address.ToString());
        json.WriteNumber("port", budget.Destination.Port);
        json.WriteNumber("limit", budget.Limit);
        json.WriteNumber("inUse", budget.InUse);
        json.WriteNumber("timeWait", budget.TimeWait);
        json.WriteNumber("established", budget.States[TcpState.Established]);
        json.WriteNumber("closeWait", budget.States[TcpState.CloseWait]);
        json.WriteNumber("bound", budget.Bound);
        json.WriteNumber("cliffAt", budget.CliffAt);
        json.WriteBoolean("reusesTimeWaits", budget.ReusesTimeWaits);
        json.WriteNumber("perSecond", Math.Round(budget.PerSecond, 1));
        WriteNumber(json, "secondsToCliff", budget.SecondsToCliff);
        WriteNumber(json, "secondsToExhaustion", budget.SecondsToExhaustion);
        json.WriteNumber("backWithin10Seconds", budget.Returns.Within(10));
        json.WriteNumber("backWithin60Seconds", budget.Returns.Within(60));
        json.WriteStartArray("owners");
        foreach (var share in reading.OwnersOf(budget))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", share.Owner.ProcessId);
            json.WriteString("process", share.Owner.Process);
            json.WriteString("unit", share.Owner.Unit);
            json.WriteNumber("live", share.Live);
            json.WriteNumber("timeWait", share.TimeWait);
            json.WriteBoolean("onlyUser", share.OnlyUser);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MachineReading reading, AcceptedUse use)
    {
        json.WriteStartObject();
        json.WriteNumber("port", use.Port);
        json.WriteBoolean("listening", use.IsListening);
        json.WriteNumber("established", use.States[TcpState.Established]);
        json.WriteNumber("timeWait", use.States[TcpState.TimeWait]);
        json.WriteNumber("closeWait", use.States[TcpState.CloseWait]);
        json.WriteNumber("other", use.States.Total - use.States[TcpState.Established] - use.States[TcpState.TimeWait] - use.States[TcpState.CloseWait]);
        json.WriteStartArray("listeners");
        foreach (var owner in reading.ListenersOn(use.Port))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", owner.ProcessId);
            json.WriteString("process", owner.Process);
            json.WriteString("unit", owner.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePorts(Utf8JsonWriter json, MachineReading reading)
    {
        json.WriteStartObject("ports");
        json.WriteNumber("low", reading.Range.Low);
        json.WriteNumber("high", reading.Range.High);
        json.WriteNumber("usable", reading.Range.Usable);
        json.WriteNumber("cliffAt", reading.Range.FirstHalf);
        json.WriteNumber("heldByBind", reading.HeldByBind);
        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<(string Name, object Value)> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            switch (value)
            {
                case int number:
                    json.WriteNumber(key, number);
                    break;
                case long number:
                    json.WriteNumber(key, number);
                    break;
                case double number:
                    json.WriteNumber(key, number);
                    break;
                default:
                    json.WriteString(key, value.ToString());
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 1));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
