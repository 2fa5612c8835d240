using System.Globalization;
using Farewell.Observation.Ports;
using Farewell.Observation.Windows;

namespace Farewell.Observation.Settings;

/// <summary>
/// The kernel's settings that decide how connections end, as they are in one network namespace. See <see cref="SettingMeaning"/> for what each
/// does.
/// </summary>
public sealed class KernelSettings
{
    private readonly Dictionary<string, string> _values;

    /// <summary>Settings by name, such as <c>net.ipv4.tcp_tw_reuse</c>. One that is not there is unknown.</summary>
    public KernelSettings(IReadOnlyDictionary<string, string> values) => _values = new(values, StringComparer.Ordinal);

    /// <summary>What was read, by name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>A setting's text; null when this kernel does not have it or it could not be read.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>
    /// Reads those of the calling thread's network namespace, on Windows those of the machine, which costs some processes (<c>netsh</c>) and is therefore up to half a minute
    /// old. What cannot be read is left out; on other systems, everything.
    /// </summary>
    public static KernelSettings Read() => new(OperatingSystem.IsLinux() ? ReadLinux() : OperatingSystem.IsWindows() ? WindowsSettings.Read() : []);

    /// <summary>A setting as a whole number; null when it is not there or is none.</summary>
    public long? Number(string name) =>
        long.TryParse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The ephemeral ports; null when unknown.</summary>
    public PortRange? Range => (this[SettingMeaning.PortRange] ?? this[SettingMeaning.WindowsPortRange]) is { } range
        ? PortRange.Parse(range, this[SettingMeaning.ReservedPorts] ?? this[SettingMeaning.WindowsExcludedPorts] ?? "")
        : null;

    /// <summary>The rules of reuse; what is unknown is taken to be Linux's default, on other systems to be none.</summary>
    public TimeWaitReuse Reuse => new(
        (int)(Number(SettingMeaning.TimeWaitReuse) ?? (OperatingSystem.IsLinux() ? TimeWaitReuse.LinuxDefault.Mode : 0)),
        Number(SettingMeaning.Timestamps) != 0,
        TimeSpan.FromMilliseconds(Number(SettingMeaning.ReuseDelay) ?? TimeWaitReuse.LinuxDefault.Delay.TotalMilliseconds));

    private static Dictionary<string, string> ReadLinux()
    {
        Dictionary<string, string> values = [];
        foreach (var name in SettingMeaning.Linux.Select(meaning => meaning.Name))
        {
            if (TryRead(name) is { } value)
            {
                values.Add(name, value);
            }
        }

        return values;
    }

    private static string? TryRead(string name)
    {
        try
        {
            return string.Join(' ', File.ReadAllText("/proc/sys/" + name.Replace('.', '/')).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
