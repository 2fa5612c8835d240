using System.Globalization;

namespace Farewell.Bench.Last;

/// <summary>How long the last request of a connection takes, from its first octet to what its client waits for, with and without UseFarewell, in turns.</summary>
internal static class LastRequest
{
    public static async Task RunAsync(string[] only)
    {
        await using var plain = await LastServer.StartAsync(withFarewell: false);
        await using var farewell = await LastServer.StartAsync(withFarewell: true);
        using var proxies = new Proxies(plain, farewell);
        Console.WriteLine("| client | plain, median ms | with UseFarewell | more | times |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var row in ByHand.Rows.Concat(Clients.Rows).Concat(Programs.Rows).Concat(proxies.Rows).Concat(Browser.Rows))
        {
            if (only.Length == 0 || only.Any(part => row.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            {
                await MeasureAsync(row, plain, farewell);
            }
        }
    }

    private static async Task MeasureAsync(Row row, LastServer plain, LastServer farewell)
    {
        // Compiles what is hot.
        for (var i = 0; i < Math.Min(row.Rounds / 10, 100); i++)
        {
            await Task.WhenAll(row.TurnAsync(plain), row.TurnAsync(farewell));
        }

        List<double> without = [], with = [];
        for (var round = 0; round < row.Rounds; round++)
        {
            if (row.AtOnce)
            {
                var (one, other) = (row.TurnAsync(plain), row.TurnAsync(farewell));
                without.AddRange(await one);
                with.AddRange(await other);
                continue;
            }

            // Who goes first alternates too.
            foreach (var (server, into) in round % 2 == 0 ? new[] { (plain, without), (farewell, with) } : [(farewell, with), (plain, without)])
            {
                into.AddRange(await row.TurnAsync(server));
            }
        }

        var (a, b) = (Median(without), Median(with));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {row.Name} | {a:n3} | {b:n3} | {Math.Round(b - a, 3):+0.000;-0.000;0.000} | {without.Count:n0} |"));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
