using Farewell.Testing;

namespace Farewell.Tests.Samples;

/// <summary><c>tests/Farewell.Aot</c>, published ahead of time: any warning about trimming or dynamic code is an error there.</summary>
[TimeLimit(minutes: 25)]
public sealed class NativeTests
{
    // It builds five projects anew, apart from those that the tests run from.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task AServerAndAClient_InOneNativeProcess()
    {
        Require.That(OperatingSystem.IsLinux(), "is tried on Linux");
        var linker = Exists("clang") ? "clang" : "gcc";
        Require.That(Exists(linker), "needs clang or gcc to link (Debian packages clang, gcc)");
        var folder = Directory.CreateTempSubdirectory("farewell-aot-");
        try
        {
            using (var publish = Command.Start("dotnet", "publish", Path.Combine(Repository.Root, "tests", "Farewell.Aot"), "--configuration", "Release", "--use-current-runtime",
                "--output", Path.Combine(folder.FullName, "app"), "--disable-build-servers", "--nologo", $"-p:ArtifactsPath={folder.FullName}", $"-p:CppCompilerAndLinker={linker}", "-maxcpucount:1"))
            {
                await publish.ToEndAsync(Patience);
            }

            using var app = Command.Start(Path.Combine(folder.FullName, "app", "Farewell.Aot"));
            (await app.ToEndAsync()).Trim().ShouldBe("hello bytes Released page Idle UnheldFin native=True");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool Exists(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, command)));
}
