using System.Diagnostics.Metrics;
using Farewell.Http;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses how the connections of a factory's clients end.</summary>
public static class FarewellHttpClientBuilderExtensions
{
    /// <summary>
    /// The connections of this client end as chosen: see <see cref="FarewellHttpExtensions.UseFarewell(SocketsHttpHandler, HttpFarewellOptions?)"/>. It is applied to the primary handler last of all, wherever
    /// in the configuration it stands; logs and metrics go to the container's.
    /// </summary>
    /// <param name="builder">The client, or <c>ConfigureHttpClientDefaults</c> for all of them.</param>
    /// <param name="configure">Sets the options; called for each handler that the factory makes, after what was configured by name.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// A primary handler that is no <see cref="SocketsHttpHandler"/> is refused when the factory makes it: <see cref="InvalidOperationException"/>. Options can also come from
    /// <see cref="IOptionsMonitor{TOptions}"/> of <see cref="HttpFarewellOptions"/> under the client's name.
    /// </remarks>
    public static IHttpClientBuilder UseFarewell(this IHttpClientBuilder builder, Action<HttpFarewellOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // After every Configure, so that a primary handler that is set further down is met, too. A null name is what ConfigureHttpClientDefaults has: all clients.
        builder.Services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(provider => new PostConfigureOptions<HttpClientFactoryOptions>(
            builder.Name,
            options => options.HttpMessageHandlerBuilderActions.Add(made => Apply(provider, made, configure))));
        return builder;
    }

    private static void Apply(IServiceProvider provider, HttpMessageHandlerBuilder made, Action<HttpFarewellOptions>? configure)
    {
        if (made.PrimaryHandler is not SocketsHttpHandler handler)
        {
            throw new InvalidOperationException(
                $"The primary handler of the client '{made.Name}' is a {made.PrimaryHandler.GetType().Name}, whose connections nobody outside can end; UseFarewell needs a SocketsHttpHandler. "
                + "Configure one: .UseSocketsHttpHandler(), or .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ... }).");
        }

        var options = Copy(provider.GetService<IOptionsMonitor<HttpFarewellOptions>>()?.Get(made.Name));
        options.Logger ??= provider.GetService<ILoggerFactory>()?.CreateLogger("Farewell.Http");
        options.MeterFactory ??= provider.GetService<IMeterFactory>();
        configure?.Invoke(options);
        handler.UseFarewell(options);
    }

    /// <summary>Of the monitor's, which all handlers of the name share.</summary>
    private static HttpFarewellOptions Copy(HttpFarewellOptions? configured) => configured is null ? new() : new()
    {
        Departure = configured.Departure,
        Drain = configured.Drain,
        MostRunning = configured.MostRunning,
        Departures = configured.Departures,
        OnEnded = configured.OnEnded,
        Logger = configured.Logger,
        MeterFactory = configured.MeterFactory,
        Clock = configured.Clock,
    };
}
