using System.Runtime.Versioning;

namespace Farewell;

/// <summary>Which carrier an option means here.</summary>
internal static class CarrierChoice
{
    /// <summary>Whether the event loops carry.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsLoops(Carrier carrier, TimeProvider clock) =>
        OperatingSystem.IsLinux() && carrier != Carrier.Portable && (carrier == Carrier.EventLoops || clock == TimeProvider.System);

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="PlatformNotSupportedException">Event loops elsewhere than on Linux.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such carrier.</exception>
    public static void Check(Carrier carrier, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (carrier > Carrier.Portable)
        {
            throw new ArgumentOutOfRangeException(nameof(carrier), carrier, "There is no such carrier.");
        }

        if (carrier == Carrier.EventLoops && !OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The event loops need Linux (epoll): set Carrier to Automatic or Portable.");
        }
    }
}
