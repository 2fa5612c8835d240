using System.Diagnostics;
using Farewell.Testing;

namespace Farewell.Tool.Tests.Doctor;

/// <summary>The native binary of the on-call verbs, where it has been published (as .ci/run does).</summary>
public sealed class NativeBinaryTests
{
    private const long MostOctets = 15_000_000;

    [Fact]
    public async Task InAnEmptyRootWithOnlyProc_TheDoctorWorks()
    {
        Require.Root();
        Require.Tool("unshare", "util-linux");
        var chroot = Require.Tool("chroot", "coreutils");
        var binary = Find();
        Require.That(binary is not null, "needs the native binary: dotnet publish src/Farewell.OnCall -c Release -r linux-x64");
        new FileInfo(binary!).Length.ShouldBeLessThan(MostOctets);
        var root = Directory.CreateTempSubdirectory("farewell-root-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, "proc"));
            File.Copy(binary!, Path.Combine(root.FullName, "farewell"));
            (await InsideAsync("doctor --seconds 1")).ShouldContain("healthy");
            (await InsideAsync("doctor --seconds 1 --json")).ShouldContain("\"schema\": \"farewell/doctor/1\"");
            (await InsideAsync("doctor --about past-the-cliff")).ShouldContain("IP_LOCAL_PORT_RANGE");
            (await InsideAsync("watch --once")).ShouldContain("closed first");
            (await InsideAsync("record /recording --samples 2; /farewell-chroot doctor --from /recording")).ShouldContain("healthy");
        }
        finally
        {
            root.Delete(recursive: true);
        }

        // The mount lives in a mount namespace of its own and goes with it.
        async Task<string> InsideAsync(string arguments)
        {
            var command = $"mount --bind /proc {root.FullName}/proc && {chroot} {root.FullName} /farewell {arguments.Replace("/farewell-chroot", $"{chroot} {root.FullName} /farewell", StringComparison.Ordinal)}";
            using var process = Process.Start(new ProcessStartInfo("unshare", ["-nm", "sh", "-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output + await errors;
        }
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "publish", "Farewell.OnCall", "release_linux-x64", "farewell-oncall");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
