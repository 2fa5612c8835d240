using System.Net.Sockets;
using System.Text;
using Farewell.Protocol;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Concurrency.Scenarios;

/// <summary>Connections through a proxy: the header is read, or not, while other things happen to them.</summary>
internal static class Proxies
{
    public static IEnumerable<Scenario> All =>
    [
        new("proxied connections while the server stops", run => RunAsync(run, hurries: false)),
        new("proxied connections while the server stops in a hurry", run => RunAsync(run, hurries: true)),
    ];

    private static async Task RunAsync(Run run, bool hurries)
    {
        var house = new House(run, options => options.Proxy = ProxyPolicy.Required);
        using var hurry = new CancellationTokenSource();
        var wheel = new DeadlineWheel(run.Clock);
        await Tasks.WhenAll(
            run.Act("first client", () => VisitAsync(run, house, wheel, 1)),
            run.Act("second client", () => VisitAsync(run, house, wheel, 2)),
            run.Act("stop", async () => await house.Server.StopAsync(new StopOptions { Grace = TimeSpan.FromSeconds(1) }, hurry.Token)),
            run.Act("hurry", () =>
            {
                if (hurries)
                {
                    hurry.Cancel();
                }

                return Task.CompletedTask;
            }));
        await house.CheckAsync();
        ThrowUnless(hurries || (await house.Server.StopAsync()).Took < TimeSpan.FromSeconds(2), "time: a stop that everybody follows took its grace and more");
    }

    private static async Task VisitAsync(Run run, House house, DeadlineWheel wheel, byte number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(house.Server.LocalEndPoint, default);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }

        for (ReadOnlyMemory<byte> header = Encoding.ASCII.GetBytes($"PROXY TCP4 192.0.2.{number} 198.51.100.1 40000 443\r\n"); !header.IsEmpty;)
        {
            var sent = socket.Send(header.Span, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                break;
            }

            header = header[sent..];
            await Task.Yield();
        }

        var settings = new SessionSettings { Limits = House.Limits, Wheel = wheel, Logger = NullLogger.Instance };
        var driver = new SessionDriver(Role.Leaver, dials: true, Carried.ByDotNet(run, socket), settings);
        driver.Face.Dismissed += (_, _) => driver.Face.End();
        driver.Start();
        await house.AskAsync(driver.Face, number);
        await driver.Face.DisposeAsync();
    }
}
