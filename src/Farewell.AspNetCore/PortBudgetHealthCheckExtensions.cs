using Farewell.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="PortBudgetHealthCheck"/>.</summary>
public static class PortBudgetHealthCheckExtensions
{
    /// <summary>The name of the check unless told otherwise.</summary>
    public const string DefaultName = "ports";

    /// <summary>Adds health checks with this one: <c>services.AddPortBudgetHealthCheck(o =&gt; o.DegradedShare = 0.4)</c>.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">When the check first runs: a share is not within 0 to 1.</exception>
    public static IHealthChecksBuilder AddPortBudgetHealthCheck(
        this IServiceCollection services, Action<PortBudgetHealthCheckOptions>? configure = null, string name = DefaultName, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PortBudgetHealthCheckOptions>().Configure(configure ?? (_ => { }))
            .Validate(o => o.DegradedShare is > 0 and <= 1 && o.UnhealthyShare is > 0 and <= 1 && o.DegradedShare <= o.UnhealthyShare,
                "PortBudgetHealthCheckOptions: shares lie above 0 and up to 1, and DegradedShare is not above UnhealthyShare.");
        services.AddSingleton<PortBudgetHealthCheck>();
        return services.AddHealthChecks().AddCheck<PortBudgetHealthCheck>(name, failureStatus, tags ?? []);
    }
}
