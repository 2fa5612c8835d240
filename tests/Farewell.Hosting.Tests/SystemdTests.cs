using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Protocol;
using Farewell.Samples.HostedServer;
using Farewell.Testing;

namespace Farewell.Hosting.Tests;

/// <summary><c>samples/HostedServer</c> started as systemd starts it: with its listener as descriptor 3, and stopped with SIGTERM.</summary>
[SupportedOSPlatform("linux")]
public sealed class SystemdTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TheSample_TakesItsListener_Serves_AndLeavesItToTheNext()
    {
        Require.Linux();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        for (var run = 0; run < 2; run++)
        {
            // A connection that is there before the process is: the kernel keeps it.
            var connecting = FarewellClient.ConnectAsync(listener.LocalEndPoint!, new FarewellClientOptions { ConnectTimeout = Limit });
            using var child = Start(listener);
            try
            {
                await using var session = await connecting;
                var dismissed = new TaskCompletionSource<Dismissal>();
                session.Dismissed += (_, dismissal) => dismissed.TrySetResult(dismissal);
                (await session.AskAsync(new byte[] { 1, 2 })).Answer.ToArray().ShouldBe([1, 2]);
                using var kill = Process.Start("kill", ["-TERM", $"{child.Id}"]);
                await kill.WaitForExitAsync().WaitAsync(Limit);
                (await dismissed.Task.WaitAsync(Limit)).Reason.ShouldBe(DismissReason.Stop);
                (await session.Completion.WaitAsync(Limit)).Cause.ShouldBe(Cause.Released);
                await child.WaitForExitAsync().WaitAsync(Limit);
                child.ExitCode.ShouldBe(0);
            }
            finally
            {
                if (!child.HasExited)
                {
                    child.Kill();
                    await child.WaitForExitAsync().WaitAsync(Limit);
                }
            }
        }
    }

    private static Process Start(Socket listener)
    {
        var descriptor = Descriptors.Duplicate(listener);
        try
        {
            return Process.Start(new ProcessStartInfo("bash", ["-c",
                $"exec 3<&{descriptor} {descriptor}<&-; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=echo; exec dotnet exec '{typeof(EchoHandler).Assembly.Location}'"])
            {
                RedirectStandardOutput = true,
            })!;
        }
        finally
        {
            Descriptors.Close(descriptor);
        }
    }
}
