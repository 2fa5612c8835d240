namespace Farewell.Testing;

/// <summary>What a test needs from the machine; without it the test is skipped with the reason, or fails under FAREWELL_REQUIRE_ALL=1.</summary>
internal static class Require
{
    private static bool All => Environment.GetEnvironmentVariable("FAREWELL_REQUIRE_ALL") == "1";

    public static void That(bool met, string reason)
    {
        if (met)
        {
            return;
        }

        if (All)
        {
            Assert.Fail($"FAREWELL_REQUIRE_ALL=1, and this machine lacks something: {reason}");
        }

        Assert.Skip(reason);
    }

    public static void Linux() => That(OperatingSystem.IsLinux(), "needs Linux");

    public static void Root() => That(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
        "needs root on Linux (or run the tests under: unshare -Urn)");

    public static string Tool(string name, string package)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        That(path is not null, $"needs the command {name} (Debian package {package})");
        return path!;
    }
}
