using Farewell.AspNetCore;
using Farewell.AspNetCore.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Makes Kestrel's connections end by the right side.</summary>
public static class FarewellWebHostBuilderExtensions
{
    /// <summary>
    /// Lets clients that are told to leave close first, and ends the others so that nothing is lost and as few TIME_WAITs as possible stay on the server: see <c>docs/kestrel.md</c>. Applies to
    /// every TCP endpoint of Kestrel, with and without TLS; endpoints of other transports are as before. Where it is called with respect to <c>UseKestrel</c>,
    /// <c>UseSockets</c>, <c>UseHttps</c> and the limits does not matter.
    /// </summary>
    /// <param name="builder">The web host.</param>
    /// <param name="configure">How; null for the defaults.</param>
    /// <remarks>The start of the host throws <see cref="OptionsValidationException"/> if an option is out of its range, and <see cref="InvalidOperationException"/> if another
    /// registration of Kestrel's own transport was added behind it.</remarks>
    public static IWebHostBuilder UseFarewell(this IWebHostBuilder builder, Action<FarewellHttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services =>
        {
            services.AddOptions<FarewellHttpOptions>().ValidateOnStart();
            if (configure is not null)
            {
                services.Configure(configure);
            }

            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FarewellHttpOptions>, HttpOptionsValidator>());
            if (services.Any(static each => each.ImplementationType == typeof(FarewellTransportFactory)))
            {
                return;
            }

            // Kestrel asks the last first. Its own goes before, for what is not TCP: UseKestrel adds it only where there is none.
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, SocketTransportFactory>());
            services.AddSingleton<IConnectionListenerFactory, FarewellTransportFactory>();

            // The first filter is the outermost.
            services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, HttpMarking>());
        });
    }
}
