using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Farewell.Hosting;

/// <summary>A server that starts and stops with its host. The host's shutdown time bounds the stop: when it is over, whoever has not left is reset.</summary>
public sealed class HostedFarewellServer : IHostedService
{
    private readonly IServiceProvider _services;
    private readonly string _section;
    private readonly Action<FarewellServerOptions>? _configure;
    private readonly Func<IServiceProvider, FarewellServerOptions, FarewellServer> _start;
    private FarewellServer? _server;
    private bool _isInherited;

    internal HostedFarewellServer(
        IServiceProvider services, string section, Action<FarewellServerOptions>? configure, Func<IServiceProvider, FarewellServerOptions, FarewellServer> start) =>
        (_services, _section, _configure, _start) = (services, section, configure, start);

    /// <summary>The server.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it.</exception>
    public FarewellServer Server => _server ?? throw new InvalidOperationException($"The server {_section} is not started: its host starts it.");

    /// <summary>What the stop came to; null before.</summary>
    public StopReport? StopReport { get; private set; }

    /// <summary>Listens and serves.</summary>
    /// <param name="cancellationToken">Not used: starting does not wait.</param>
    /// <exception cref="Listening.ListenException">It cannot listen; the message says why, and what to do.</exception>
    /// <exception cref="OptionsValidationException">The configuration is wrong; the message names the keys.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var described = _services.GetRequiredService<IOptionsMonitor<FarewellHostOptions>>().Get(_section);
        var options = described.ToServerOptions();
        options.LoggerFactory = _services.GetService<ILoggerFactory>();
        options.MeterFactory = _services.GetService<IMeterFactory>();
        options.Clock = _services.GetService<TimeProvider>() ?? TimeProvider.System;
        if (described.Inherit is { } name)
        {
            options.Listener = InheritedListeners.Take(name, options.Listen);
            _isInherited = options.Listener is not null;
            if (!_isInherited && described.Listen is null)
            {
                throw new OptionsValidationException(_section, typeof(FarewellHostOptions), [$"{_section}:Inherit is '{name}', and {InheritedListeners.Describe()}. Set FileDescriptorName={name} in the socket unit, or {_section}:Listen."]);
            }
        }

        _configure?.Invoke(options);
        _server = _start(_services, options);
        return Task.CompletedTask;
    }

    /// <summary>Stops in good order. What waits in the queue of an inherited listener is left to the process that comes next.</summary>
    /// <param name="cancellationToken">The host's time is over: the rest is reset.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            StopReport = await server.StopAsync(new StopOptions { HandsOver = _isInherited }, cancellationToken).ConfigureAwait(false);
        }
    }
}
