using System.CommandLine;
using System.Net;
using Farewell.Observation.Metrics;
using Farewell.Observation.Readings;
using Farewell.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Farewell.Tool.Serve;

/// <summary><c>farewell serve</c>.</summary>
internal static class ServeCommand
{
    private const int StandardPort = 9464; // what OpenTelemetry's Prometheus exporter listens on
    private static readonly TimeSpan OwnersKept = TimeSpan.FromSeconds(30);

    private static readonly Option<bool> MetricsOption = new("--metrics") { Description = "Serve Prometheus text on http://127.0.0.1:PORT/metrics." };

    private static readonly Option<int> PortOption = BoundedOption.Create("--port", "The port on loopback, 0 to 65535; 0 takes a free one.", "PORT", 0, ushort.MaxValue, StandardPort);

    private static readonly Option<int?> PidOption = BoundedOption.CreateOptional(
        "--pid", "Read the network namespace of this process (a container's); needs root.", "PID", 1, int.MaxValue);

    public static Command Create()
    {
        var command = new Command("serve", """
            Serves this machine's port budgets, endings and findings to Prometheus, on loopback only. docs/prometheus has alert and recording rules.

            Example:
              farewell serve --metrics --port 9464
            """)
        {
            MetricsOption, PortOption, PidOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (!parsed.GetValue(MetricsOption))
        {
            return await Entry.BadUsageAsync("say what to serve: --metrics.");
        }

        using var readings = new ReadingCache(parsed.GetValue(PidOption) is { } pid
            ? MachineReader.OfProcess(pid, ownersKept: OwnersKept)
            : MachineReader.Open(ownersKept: OwnersKept));
        readings.Get();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, parsed.GetValue(PortOption)));
        await using var app = builder.Build();
        app.MapGet("/metrics", (HttpContext context) =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            return context.Response.WriteAsync(PrometheusText.Write(readings.Get(), readings.KilledEarly), cancellation);
        });
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException refused)
        {
            return await Entry.BadUsageAsync($"cannot listen: {refused.Message} Choose another --port.");
        }

        await Console.Out.WriteLineAsync($"serving {string.Join(", ", app.Urls.Select(u => u + "/metrics"))}");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // That is how serving ends.
        }

        return ExitCode.Interrupted;
    }
}
