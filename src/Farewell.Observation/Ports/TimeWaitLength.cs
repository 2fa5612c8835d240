namespace Farewell.Observation.Ports;

/// <summary>
/// How long Linux keeps a TIME-WAIT: 60 s by the clock that it shows (<c>TCP_TIMEWAIT_LEN</c>, a constant: no sysctl changes it), and with the
/// slack of its timer wheel 60.4 to 61.8 s by the wall's (measured on 6.18, HZ=250).
/// </summary>
public static class TimeWaitLength
{
    /// <summary>What <see cref="Connection.TimeLeft"/> counts down from: 60 s.</summary>
    public static TimeSpan Nominal { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a port is really gone, on average: 61.1 s.</summary>
    public static TimeSpan Held { get; } = TimeSpan.FromSeconds(61.1);
}
