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

    // Stops the command while connections end, with room for a page a processor only.
    private const string Overrun = """
        import glob,os,signal,socket,subprocess,sys,time
        p=subprocess.Popen(sys.argv[1:],stdout=subprocess.PIPE,stderr=subprocess.PIPE,text=True)
        mine='/sys/kernel/tracing/instances/farewell-%d-*'%p.pid
        while not [i for i in glob.glob(mine) if open(i+'/events/sock/inet_sock_set_state/enable').read().strip()=='1']: time.sleep(0.01)
        open(glob.glob(mine)[0]+'/buffer_size_kb','w').write('4')
        s=socket.create_server(('127.0.0.1',31848))
        def end():
            c=socket.create_connection(('127.0.0.1',31848)); a,_=s.accept(); c.close(); a.recv(1); a.close()
        p.send_signal(signal.SIGSTOP)
        for i in range(200): end()
        p.send_signal(signal.SIGCONT)
        end()
        time.sleep(0.5)
        p.send_signal(signal.SIGINT)
        print(p.communicate()[1]+'left behind: %d'%len(glob.glob(mine)))
        """;

    [Fact]
    public async Task Trace_TellsWhatItLost_AndLeavesNoInstanceBehind()
    {
        var run = await TraceAsync(Overrun, "--port", "31848");
        run.Output.ShouldMatch("events seen, [1-9][0-9]* lost");
        run.Output.ShouldContain("left behind: 0", customMessage: run.Errors);
    }

    // Killed, it cannot clean up after itself; whoever traces next does.
    private const string Killed = """
        import glob,subprocess,sys,time
        def left(p): return glob.glob('/sys/kernel/tracing/instances/farewell-%d-*'%p.pid)
        def begin():
            p=subprocess.Popen(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL)
            while not left(p): time.sleep(0.01)
            return p
        one=begin(); one.kill(); one.wait(); print('killed left %d'%len(left(one)))
        two=begin(); print('then left %d'%len(left(one))); two.terminate(); two.wait(); print('at last %d'%len(left(two)))
        """;

    [Fact]
    public async Task Trace_RemovesWhatAKilledOneLeft()
    {
        var run = await TraceAsync(Killed, "--port", "31849");
        run.Output.ReplaceLineEndings(" ").ShouldContain("killed left 1 then left 0 at last 0", customMessage: run.Errors);
    }

    [Fact]
    public async Task WithoutPermission_TheBestIsTheKernelsNotices()
    {
        Require.Root();
        var python = Require.Tool("python3", "python3");
        Require.Tool("setpriv", "util-linux");
        string[] nobody = ["unshare", "-n", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh", python, "-c", Churn, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--"];
        var run = await ToolProcess.RunAsync(nobody, ["events", "--port", Port, "--most", "20"]);
        run.Output.ShouldContain("no packets: ", customMessage: run.Errors);
        run.Output.ShouldContain("-> 127.0.0.1:31847  destroyed");
    }

    private static Task<ToolProcess> TraceAsync(string script, params string[] arguments)
    {
        Require.Root();
        var python = Require.Tool("python3", "python3");
        Require.Tool("unshare", "util-linux");
        string[] inside = ["unshare", "-nm", "sh", "-c", "ip link set lo up; mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec \"$@\"", "sh", python, "-c", script];
        return ToolProcess.RunAsync(inside, ["events", "--source", "trace", .. arguments]);
    }

    [Fact]
    public async Task AnUnknownSource_IsBadUsage() => (await ToolProcess.RunAsync("events", "--source", "rumour")).ExitCode.ShouldBe(2);
}
