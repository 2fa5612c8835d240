using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Farewell.Observation.Linux;
using Farewell.Testing;

namespace Farewell.Observation.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class NetworkNamespaceTests
{
    [Fact]
    public void Create_MakesOneThatIsNeitherOursNorAnother()
    {
        Require.Root();
        using var current = NetworkNamespace.Current();
        using var first = NetworkNamespace.Create();
        using var second = NetworkNamespace.Create();

        new[] { current.Name, first.Name, second.Name }.Distinct().Count().ShouldBe(3);
        current.Name.ShouldBe(new FileInfo("/proc/self/ns/net").LinkTarget);
        new FileInfo($"/proc/self/fd/{first.Handle.DangerousGetHandle()}").LinkTarget.ShouldBe(first.Name);
    }

    [Fact]
    public void Run_GivesTheResultOfAFunctionThatRanInside()
    {
        Require.Root();
        using var inside = NetworkNamespace.Create();
        inside.Run(() => new FileInfo("/proc/thread-self/ns/net").LinkTarget).ShouldBe(inside.Name);
        inside.Run(() => File.ReadAllLines("/proc/thread-self/net/dev")).Count(line => line.Contains(':', StringComparison.Ordinal))
            .ShouldBe(1, "lo alone");
    }

    [Fact]
    public void Current_FromWithin_IsTheNamespaceOfTheThread()
    {
        Require.Root();
        using var inside = NetworkNamespace.Create();
        using var same = inside.Run(NetworkNamespace.Current);
        same.Name.ShouldBe(inside.Name);
    }

    [Fact]
    public void Run_FromWithin_RunsAtOnce()
    {
        Require.Root();
        using var inside = NetworkNamespace.Create();
        inside.Run(() => Environment.CurrentManagedThreadId == inside.Run(() => Environment.CurrentManagedThreadId)).ShouldBeTrue();
    }

    [Fact]
    public void Run_RethrowsWithTheStack()
    {
        Require.Linux();
        using var current = NetworkNamespace.Current();
        var thrown = Should.Throw<FormatException>(() => current.Run(Fail));
        thrown.Message.ShouldBe("from inside");
        thrown.StackTrace.ShouldNotBeNull().ShouldContain(nameof(Fail));
        current.Run(() => 7).ShouldBe(7, "it goes on after an exception");
    }

    [Fact]
    public void Dispose_EndsTheThread()
    {
        Require.Linux();
        var current = NetworkNamespace.Current();
        current.IsAlive.ShouldBeTrue();
        current.Dispose();
        current.IsAlive.ShouldBeFalse();
        current.Handle.IsClosed.ShouldBeTrue();
        current.Dispose();
        Should.Throw<ObjectDisposedException>(() => current.Run(() => 1));
    }

    [Fact]
    public void Dispose_FromWithin_EndsTheThreadAfterTheWork()
    {
        Require.Linux();
        var current = NetworkNamespace.Current();
        current.Run(current.Dispose);
        Eventually.Holds(() => !current.IsAlive, () => "the thread ends");
    }

    [Fact]
    public void OfProcess_EntersTheNamespaceOfAChild()
    {
        Require.Root();
        using var inside = NetworkNamespace.Create();
        using var child = inside.Run(() => Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!);
        try
        {
            using var same = NetworkNamespace.OfProcess(child.Id);
            same.Name.ShouldBe(inside.Name);
        }
        finally
        {
            child.StandardInput.Close();
            child.WaitForExit();
        }
    }

    [Fact]
    public void OfProcess_NamesAProcessThatIsNotThere()
    {
        Require.Linux();
        var thrown = Should.Throw<ObservationException>(() => NetworkNamespace.OfProcess(int.MaxValue));
        thrown.Failure.ShouldBe(ObservationFailure.NotFound, thrown.Message);
        thrown.Message.ShouldContain("process 2147483647");
    }

    [Fact]
    public void Create_WithoutPrivilege_SaysWhatWouldHelp()
    {
        Require.Root();
        var thrown = Should.Throw<ObservationException>(() => Capabilities.Without(NetworkNamespace.Create));
        thrown.Failure.ShouldBe(ObservationFailure.NotPermitted);
        thrown.Message.ShouldContain("CAP_SYS_ADMIN");
        thrown.Remedy.ShouldNotBeNull().ShouldContain("unshare -Urn");
    }

    [Fact]
    public void OfProcess_WithoutPrivilege_SaysWhatWouldHelp()
    {
        Require.Root();
        var thrown = Should.Throw<ObservationException>(() => Capabilities.Without(() => NetworkNamespace.OfProcess(1)));
        thrown.Failure.ShouldBe(ObservationFailure.NotPermitted);
        thrown.Message.ShouldContain("CAP_SYS_ADMIN");
    }

    [Fact]
    public void WithoutPrivilege_TheOwnNamespaceAndTheTableAreThere()
    {
        Require.Root();
        Capabilities.Without(() =>
        {
            using var current = NetworkNamespace.Current();
            using var table = current.Run(ConnectionTable.Open);
            return table.Source;
        }).ShouldBe("sock_diag");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fail() => throw new FormatException("from inside");
}
