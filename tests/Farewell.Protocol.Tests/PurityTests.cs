using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Farewell.Protocol.Tests;

/// <summary>The core is sans I/O: it names no type that waits, sleeps, sends or asks a clock.</summary>
public sealed class PurityTests
{
    private static readonly string[] Namespaces = ["System.Net", "System.IO", "System.Threading", "System.Timers", "Microsoft"];
    private static readonly string[] Types = ["DateTime", "DateTimeOffset", "TimeProvider", "Stopwatch", "Process", "Environment", "Random", "Console"];

    [Fact]
    public void TheCore_NamesNoSocketTimerThreadTaskOrClock()
    {
        using var file = new PEReader(File.OpenRead(typeof(Role).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var named = metadata.TypeReferences.Select(metadata.GetTypeReference).Select(type => (Space: metadata.GetString(type.Namespace), Name: metadata.GetString(type.Name))).ToList();
        named.ShouldContain(("System", "TimeSpan"));
        named.Where(type => Namespaces.Any(space => type.Space == space || type.Space.StartsWith(space + ".", StringComparison.Ordinal)) || Types.Contains(type.Name))
            .ShouldBeEmpty();
    }
}
