namespace Farewell.Observation.Settings;

public sealed partial record SettingMeaning
{
    /// <summary><c>netsh int ipv4 show dynamicport tcp</c>.</summary>
    public const string WindowsPortRange = "netsh int ipv4 show dynamicport tcp";

    /// <summary><c>netsh int ipv4 show excludedportrange tcp</c>.</summary>
    public const string WindowsExcludedPorts = "netsh int ipv4 show excludedportrange tcp";

    /// <summary><c>TcpTimedWaitDelay</c>, in the registry.</summary>
    public const string TimedWaitDelay = Registry + "TcpTimedWaitDelay";

    internal const string Registry = @"Tcpip\Parameters\";

    /// <summary>Every setting of Windows that matters here.</summary>
    public static IReadOnlyList<SettingMeaning> Windows { get; } =
    [
        new(WindowsPortRange, "49152 65535", "The ports that connect() chooses from: 16,384 since Windows Vista, at least 255 and from 1025 on. "
            + "Set with netsh int ipv4 set dynamicport tcp start=... num=...; it moves the point of exhaustion and nothing else."),
        new("netsh int ipv6 show dynamicport tcp", "49152 65535", "The same over IPv6."),
        new(WindowsExcludedPorts, "", "Ports of the range that are never chosen: reserved by an administrator, or by Hyper-V and containers, which take blocks of a hundred."),
        new(TimedWaitDelay, null, "Seconds that TIME-WAIT lasts, where this build heeds it. Microsoft's own pages give 30, 120 and 240 s for the default and 0 or 30 for "
            + "the least, so nothing can be concluded from it: farewell doctor --measure-time-wait tells how long it is here."),
        new(Registry + "MaxUserPort", null, "Heeded up to Windows Server 2003 only, where it was the last port connect() chose (5000 by default). netsh's range replaced it: "
            + "a value here changes nothing."),
    ];
}
