using System.Globalization;
using System.Net;
using Farewell;
using Farewell.Bench.Measuring;
using Farewell.Bench.Subjects;
using Farewell.Lab.Networks.Linux;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["serve", var name, var endPoint])
{
    return await Control.RunAsync(Make(name), IPEndPoint.Parse(endPoint));
}

string[] verbs = ["echo", "ends", "idle", "latency", "stop", "session", "wheel"];
string[] flags = ["--full", "--growth", "--json"];
string[] values = ["--cases", "--rounds", "--seconds", "--connections", "--only"];
if (args.Length == 0 || !verbs.Contains(args[0]) || Wrong() is not null)
{
    Console.Error.WriteLine($"""
        {(args.Length > 0 && verbs.Contains(args[0]) ? Wrong() : "")}
        Farewell.Bench echo|ends|idle|latency|stop|session|wheel [--full|--growth|--cases CxSxN,...] [--rounds N] [--seconds N] [--connections N] [--only NAME,...] [--json]
          echo     CPU and rate of an echo; the first 5 seconds too; --full: every number of connections, size and depth;
                   --growth: from 10 to 15,000 connections, from 64 B to 16 KiB, on one loop and on two;
                   --cases 64x128x16,...: so many connections, octets, and messages under way on each, behind the first 5 seconds;
                   one of the three at most
          ends     dial, greet, one message, leave: for every departure
          idle     resident memory of an idle connection (15,000)
          latency  at 50 % and 90 % of each subject's own capacity
          stop     a graceful stop (15,000)
          session  an ask and its answer in a session by itself, without a kernel
          wheel    a deadline moved: in the wheel of the sessions, and by a timer each
        Subjects: {string.Join(", ", Subject.All.Select(subject => subject.Name))}
        Needs two processors, gcc and taskset (util-linux), and root or user namespaces.
        """);
    return 2;
}

foreach (var option in (string[])["--rounds", "--seconds", "--connections"])
{
    if (args.Contains(option) && (!int.TryParse(Text(option), CultureInfo.InvariantCulture, out var given) || given is < 1 or > 60_000))
    {
        Console.Error.WriteLine($"{option} takes 1 to 60000, not '{Text(option)}'.");
        return 2;
    }
}

if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("The bench needs Linux: network namespaces and epoll.");
    return 3;
}

if (args[0] == "wheel")
{
    Console.WriteLine(WheelBench.Run(Number("--connections", 15_000)));
    return 0;
}

if (args[0] == "session")
{
    Console.WriteLine(SessionBench.Run());
    return 0;
}

if (!PrivateNamespace.IsInside)
{
    Console.Error.WriteLine($"No private network: {PrivateNamespace.Enter(args)}");
    return 3;
}

var wanted = Text("--only")?.Split(',');
if (wanted?.FirstOrDefault(one => Subject.All.All(subject => subject.Name != one)) is { } unknown)
{
    Console.Error.WriteLine($"{unknown}: no such subject.");
    return 2;
}

using var harness = new Harness(FindNative());
List<Subject> subjects = [];
foreach (var subject in Subject.All.Where(subject => wanted?.Contains(subject.Name) ?? subject.IsAsked(args.Contains("--growth"))))
{
    if (harness.WhyNot(subject) is { } why)
    {
        Console.Error.WriteLine($"{subject.Name} is left out: {why}");
    }
    else
    {
        subjects.Add(subject);
    }
}

var cases = args.Contains("--full") ? EchoCase.All : args.Contains("--growth") ? EchoCase.Growth : EchoCase.Few;
if (Text("--cases") is { } text && !EchoCase.TryParse(text, out cases))
{
    Console.Error.WriteLine($"--cases takes CONNECTIONSxOCTETSxUNDERWAY (at most 60000, 65527 and 1000) and more of them behind commas, as 64x128x16, not '{text}'.");
    return 2;
}

var connections = Number("--connections", 15_000);
var questions = new Questions(harness, subjects, Number("--rounds", 5), Number("--seconds", 2), line => Console.Error.WriteLine(line));
var found = Table.Compare(args[0] switch
{
    "echo" => questions.Echo(cases),
    "ends" => questions.Ends(),
    "idle" => questions.Idle(connections),
    "latency" => questions.Latency(),
    _ => questions.Stop(connections),
});
Console.WriteLine(args.Contains("--json") ? Table.ToJson(args[0], found) : Table.ToMarkdown(found));
return 0;

string? Wrong()
{
    for (var at = 1; at < args.Length; at++)
    {
        if (values.Contains(args[at]) && (++at == args.Length || args[at].StartsWith('-')))
        {
            return $"{args[at - 1]} wants a value.";
        }

        if (!values.Contains(args[at - 1]) && !flags.Contains(args[at]))
        {
            return $"{args[at]}: no such option.";
        }
    }

    return args[0] is "session" or "wheel" && args.Any(word => flags.Contains(word) || (values.Contains(word) && (word != "--connections" || args[0] == "session")))
        ? $"{args[0]} takes {(args[0] == "wheel" ? "--connections only" : "no options")}."
        : args.Count(word => word is "--full" or "--growth" or "--cases") > 1 ? "--full, --growth and --cases: one of them at most." : null;
}

string? Text(string option) => args.SkipWhile(word => word != option).Skip(1).FirstOrDefault();

int Number(string option, int otherwise) => Text(option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

static string? FindNative()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Farewell.slnx")))
    {
        folder = folder.Parent;
    }

    var path = Path.Combine(folder?.FullName ?? "", "artifacts", "publish", "Farewell.Bench.Native", "release_linux-x64", "farewell-bench-native");
    return File.Exists(path) ? path : null;
}

static IEchoServer Make(string name) => name switch
{
    "farewell-engine" => new FarewellEcho(Carrier.EventLoops),
    "farewell-engine-2-loops" => new FarewellEcho(Carrier.EventLoops, loops: 2),
    "farewell-portable" => new FarewellEcho(Carrier.Portable),
    "farewell-kestrel" => new KestrelEcho(isFastest: false, isFarewell: true),
    "socket-frames" => new EventArgsEcho(speaksFrames: true),
    "socket-await" => new SocketEcho(),
    "socket-args" or "socket-args-inline" => new EventArgsEcho(speaksFrames: false),
    "kestrel" => new KestrelEcho(isFastest: false, isFarewell: false),
    "kestrel-inline" => new KestrelEcho(isFastest: true, isFarewell: false),
    "kestrel-on-loops" => new KestrelEcho(isFastest: false, isFarewell: false, isOnLoops: true),
    "kestrel-on-loops-inline" => new KestrelEcho(isFastest: true, isFarewell: false, isOnLoops: true),
    "pipelines-unofficial" => new PipelinesEcho(),
    "dotnetty" => new DotNettyEcho(),
    _ => throw new ArgumentException($"{name}: no such subject."),
};
