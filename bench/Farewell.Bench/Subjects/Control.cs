using System.Globalization;
using System.Net;

namespace Farewell.Bench.Subjects;

/// <summary>The other end of a <c>Measuring.ServerProcess</c>: takes words from standard input until it ends.</summary>
internal static class Control
{
    public static async Task<int> RunAsync(IEchoServer server, IPEndPoint endPoint)
    {
        await server.StartAsync(endPoint);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } word)
        {
            Console.WriteLine(word switch
            {
                "collect" => Collect(),
                "heap" => GC.GetTotalMemory(forceFullCollection: false).ToString(CultureInfo.InvariantCulture),
                "allocated" => GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture),
                "stop" => await server.StopAsync(),
                _ => "?",
            });
        }

        return 0;
    }

    /// <summary>Gives back to the kernel what no object needs.</summary>
    private static string Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return "done";
    }
}
