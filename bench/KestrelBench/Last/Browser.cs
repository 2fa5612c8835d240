using System.Diagnostics;
using System.Globalization;

namespace Farewell.Bench.Last;

/// <summary>Headless Chromium: from <c>close()</c>, or the server's last message, to <c>onclose</c>, which has to be clean.</summary>
internal static class Browser
{
    private const int Rounds = 4;

    /// <summary>Opens WebSockets one after the other and reports how long the end of each took; what is not clean as -1.</summary>
    public const string Page = """
        <!doctype html><script>
        const path = new URLSearchParams(location.search).get('path');
        const close = () => new Promise(done => {
            const socket = new WebSocket(`ws://${location.host}${path}`);
            let from = 0;
            socket.onopen = () => { from = performance.now(); socket.send('hello'); };
            socket.onmessage = () => { from = performance.now(); socket.close(1000); };
            socket.onclose = event => done(event.wasClean && event.code === 1000 ? performance.now() - from : -1);
        });
        (async () => {
            const results = [];
            for (let i = 0; i < 60; i++) results.push(await close());
            await fetch('/report?result=' + encodeURIComponent(results.slice(10).join(';')));
        })();
        </script>
        """;

    public static IEnumerable<Row> Rows =>
    [
        new("Chromium, closes first, to `onclose`", Rounds, static server => OpenAsync(server, "/ws")),
        new("Chromium, the server closes first, to `onclose`", Rounds, static server => OpenAsync(server, "/ws-close")),
    ];

    private static async Task<double[]> OpenAsync(LastServer server, string path)
    {
        var profile = Directory.CreateTempSubdirectory("farewell-chromium-");
        server.Report = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var chromium = Process.Start(new ProcessStartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--no-proxy-server",
            $"--user-data-dir={profile.FullName}", new Uri(server.Http1, $"/page?path={path}").AbsoluteUri,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var report = await server.Report.Task.WaitAsync(TimeSpan.FromMinutes(1));
        chromium.Kill(entireProcessTree: true);
        await chromium.WaitForExitAsync();
        profile.Delete(recursive: true);
        double[] took = [.. report.Split(';').Select(static each => double.Parse(each, CultureInfo.InvariantCulture))];
        return took.All(static each => each >= 0) ? took : throw new InvalidOperationException($"not clean: {report}");
    }
}
