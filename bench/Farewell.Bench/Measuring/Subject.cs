namespace Farewell.Bench.Measuring;

/// <summary>A server that is measured.</summary>
/// <param name="Name">As tables and JSON call it.</param>
/// <param name="SpeaksFrames">Farewell's frames; else lengths before messages.</param>
/// <param name="Environment">What its process is given besides.</param>
internal sealed record Subject(string Name, bool SpeaksFrames, params (string Name, string Value)[] Environment)
{
    public const string Limit = "c-epoll";
    public const string Native = "farewell-engine-aot";

    private static readonly (string, string) Inline = ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

    public static IReadOnlyList<Subject> All { get; } =
    [
        new(Limit, true),
        new("farewell-engine", true),
        new(Native, true),
        new("farewell-engine-2-loops", true),
        new("farewell-portable", true),
        new("farewell-kestrel", true),
        new("socket-frames", true),
        new("socket-await", false),
        new("socket-args", false),
        new("socket-args-inline", false, Inline),
        new("kestrel", false),
        new("kestrel-inline", false, Inline),
        new("kestrel-on-loops", false),
        new("kestrel-on-loops-inline", false),
        new("pipelines-unofficial", false),
        new("dotnetty", false),
    ];

    /// <summary>What a question is put to unless others are named: two loops on one processor are of interest to growth alone.</summary>
    public bool IsAsked(bool isGrowth) => isGrowth ? Name is Limit or "farewell-engine" or "farewell-engine-2-loops" : Name != "farewell-engine-2-loops";

    public bool IsOurs => Name.StartsWith("farewell", StringComparison.Ordinal);

    /// <summary>Whether it is somebody else's way to do it in .NET: what ours is compared with besides the limit.</summary>
    public bool IsPeer => !IsOurs && Name != Limit && Name != "socket-frames" && !Name.Contains("on-loops", StringComparison.Ordinal);

    public string Protocol => SpeaksFrames ? "farewell" : "plain";
}
