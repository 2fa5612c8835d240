using System.Runtime.Versioning;
using Farewell.AspNetCore;
using Farewell.AspNetCore.Loops;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts Kestrel on Farewell's event loops.</summary>
public static class FarewellTransportExtensions
{
    /// <summary>
    /// Has Kestrel's connections carried by Farewell's event loops instead of its own sockets: less processor time an exchange (<c>docs/performance.md</c>), the same endings as Kestrel's own transport.
    /// Not together with <c>UseFarewell</c>, which is a transport too: the start of the host refuses both. IP addresses only; other endpoints stay with the transports registered before.
    /// </summary>
    /// <param name="builder">The web host.</param>
    /// <param name="configure">How; null for the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">Elsewhere than on Linux, whose epoll the loops need: leave the call away there.</exception>
    public static IWebHostBuilder UseFarewellTransport(this IWebHostBuilder builder, Action<FarewellTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Farewell's event loops need Linux (epoll): call UseFarewellTransport there only.");
        }

        return builder.ConfigureServices(services =>
        {
            if (OperatingSystem.IsLinux())
            {
                Add(services, configure);
            }
        });
    }

    [SupportedOSPlatform("linux")]
    private static void Add(IServiceCollection services, Action<FarewellTransportOptions>? configure)
    {
        services.AddOptions<FarewellTransportOptions>()
            .Validate(static options => options.Loops >= 0, "FarewellTransportOptions.Loops: 0 (one for each processor) or more.");
        services.Configure(configure ?? (static _ => { }));
        services.AddSingleton<IConnectionListenerFactory, LoopTransportFactory>();
    }
}
