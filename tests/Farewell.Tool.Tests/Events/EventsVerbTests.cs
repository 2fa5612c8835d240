using Farewell.Testing;

namespace Farewell.Tool.Tests.Events;

public sealed class EventsVerbTests
{
    // No other test's: a trace sees the whole machine, its other namespaces too, and 300 events of theirs would be the end of it.
    private const string Port = "31847";

    // Lets a client close connections first, over and over, until the command has seen enough.
    private const string Churn = """
        import socket,subprocess,sys,threading
        s=socket.create_server(('127.0.0.1',31847))
        def serve():
            while True:
                c,_=s.accept(); c.recv(1); c.close()
        threading.Thread(target=serve,daemon=True).start()
        p=subprocess.Popen(sys.argv[1:],stdout=subprocess.PIPE,stderr=subprocess.PIPE,text=True)
        first=p.stderr.readline()
        while p.poll() is None:
            c=socket.create_connection(('127.0.0.1',31847)); c.close()
            try: p.wait(0.01)
            except subprocess.TimeoutExpired: pass
        print(first+p.stdout.read()+p.stderr.read())
        """;

    [Theory]
    [InlineData("packets", "orderly, closed first: local")]
    [InlineData("destroyed", "-> 127.0.0.1:31847  destroyed")]
    [InlineData("trace", "Established -> FinWait1  closed first by python3")]
    public async Task EachSource_ShowsEndings_AndCountsItsLoss(string source, string shown)
    {
        Require.Root();
        var python = Require.Tool("python3", "python3");
        Require.Tool("unshare", "util-linux");
        string[] inside = ["unshare", "-nm", "sh", "-c", "ip link set lo up; mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec \"$@\"", "sh", python, "-c", Churn];
        var run = await ToolProcess.RunAsync(inside, ["events", "--source", source, "--port", Port, "--most", "300"]);

        run.Output.ShouldContain("cost: ", customMessage: run.Errors);
        run.Output.ShouldContain(shown);
        run.Output.ShouldContain(source switch { "destroyed" => "sockets seen, none lost.", "trace" => "events seen, 0 lost.", _ => "endings seen, 0 segments lost." });
        run.Output.Split('\n').Where(line => line.Contains(" -> ", StringComparison.Ordinal)).ShouldAllBe(line => line.Contains(":31847", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUnknownSource_IsBadUsage() => (await ToolProcess.RunAsync("events", "--source", "rumour")).ExitCode.ShouldBe(2);
}
