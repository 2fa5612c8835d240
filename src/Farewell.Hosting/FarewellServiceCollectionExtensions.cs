using System.Diagnostics.CodeAnalysis;
using Farewell;
using Farewell.Hosting;
using Farewell.Protocol.Manners;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds servers to a host.</summary>
public static class FarewellServiceCollectionExtensions
{
    /// <summary>The section of the configuration that describes a server, unless another is named.</summary>
    public const string DefaultSection = "Farewell:Server";

    /// <summary>Adds a server whose handler is a class from the container, one instance for all sessions. Its configuration is checked when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Has the last word on the options, and adds filters.</param>
    /// <param name="section">The section that describes it. One server for each section; <see cref="HostedFarewellServer"/> is found under it as key.</param>
    public static IServiceCollection AddFarewellServer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services, Action<FarewellServerOptions>? configure = null, string section = DefaultSection)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<THandler>();
        return services.Add(section, configure, static (provider, options) =>
        {
            var handler = provider.GetRequiredService<THandler>();
            return FarewellServer.Start(options, handler.HandleAsync);
        });
    }

    /// <summary>Adds a server whose handler is a function.</summary>
    /// <inheritdoc cref="AddFarewellServer{THandler}"/>
    public static IServiceCollection AddFarewellServer(this IServiceCollection services, MessageHandler handler, Action<FarewellServerOptions>? configure = null, string section = DefaultSection)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(handler);
        return services.Add(section, configure, (_, options) => FarewellServer.Start(options, handler));
    }

    /// <summary>Adds a server of any protocol: a handler over octets, and the words by which it ends.</summary>
    /// <param name="services">The services.</param>
    /// <param name="manner">Makes the closing manner of one connection.</param>
    /// <param name="handler">What is done with a connection.</param>
    /// <param name="configure">Has the last word on the options.</param>
    /// <param name="section">The section that describes it.</param>
    public static IServiceCollection AddFarewellServer(
        this IServiceCollection services, Func<IClosingManner> manner, ProtocolHandler handler, Action<FarewellServerOptions>? configure = null, string section = DefaultSection)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(manner);
        ArgumentNullException.ThrowIfNull(handler);
        return services.Add(section, configure, (_, options) => FarewellServer.Start(options, manner, handler));
    }

    private static IServiceCollection Add(
        this IServiceCollection services, string section, Action<FarewellServerOptions>? configure, Func<IServiceProvider, FarewellServerOptions, FarewellServer> start)
    {
        if (services.Any(service => Equals(service.ServiceKey, section) && service.ServiceType == typeof(HostedFarewellServer)))
        {
            throw new InvalidOperationException($"There is a server of the section {section} already: give this one another.");
        }

        // A key that is misspelt would otherwise be a default that nobody wanted.
        services.AddOptions<FarewellHostOptions>(section).BindConfiguration(section, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FarewellHostOptions>>(new HostOptionsValidator(section));
        services.AddKeyedSingleton(section, (provider, _) => new HostedFarewellServer(provider, section, configure, start));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<HostedFarewellServer>(section));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<HostedFarewellServer>(section));
        return services;
    }
}
