using System.Diagnostics;
using System.Runtime.Versioning;
using Farewell.Observation.Settings;
using Microsoft.Win32;

namespace Farewell.Observation.Windows;

/// <summary>
/// What Windows has for sysctls: values under <c>Tcpip\Parameters</c> in the registry, and what <c>netsh</c> shows. Needs no privilege. Asking netsh costs a process
/// each, so what it said is used for half a minute.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsSettings
{
    private const string Parameters = @"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly Lock Gate = new();
    private static (long Taken, Dictionary<string, string> Values)? _last;

    public static Dictionary<string, string> Read()
    {
        lock (Gate)
        {
            if (_last is not { } last || Stopwatch.GetElapsedTime(last.Taken) > Kept)
            {
                _last = last = (Stopwatch.GetTimestamp(), Take());
            }

            return last.Values;
        }
    }

    private static Dictionary<string, string> Take()
    {
        Dictionary<string, string> values = [];
        foreach (var name in SettingMeaning.Windows.Select(meaning => meaning.Name))
        {
            var value = name.StartsWith(SettingMeaning.Registry, StringComparison.Ordinal) ? Registered(name[SettingMeaning.Registry.Length..])
                : Shown(name) is not { } text ? null
                : name == SettingMeaning.WindowsExcludedPorts ? NetshText.Ranges(text)
                : NetshText.Range(text);
            if (value is not null)
            {
                values.Add(name, value);
            }
        }

        return values;
    }

    private static string? Registered(string name)
    {
        try
        {
            using var key = Registry.LocalMachine.OpenSubKey(Parameters);
            return key?.GetValue(name)?.ToString();
        }
        catch (Exception refused) when (refused is System.Security.SecurityException or UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    private static string? Shown(string command)
    {
        try
        {
            using var netsh = Process.Start(new ProcessStartInfo(Path.Combine(Environment.SystemDirectory, "netsh.exe"), command["netsh ".Length..])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            });
            var text = netsh!.StandardOutput.ReadToEndAsync();
            if (netsh.WaitForExit(Patience) && text.Wait(Patience))
            {
                return netsh.ExitCode == 0 ? text.Result : null;
            }

            netsh.Kill();
            return null;
        }
        catch (Exception absent) when (absent is System.ComponentModel.Win32Exception or InvalidOperationException or IOException or AggregateException)
        {
            return null;
        }
    }
}
