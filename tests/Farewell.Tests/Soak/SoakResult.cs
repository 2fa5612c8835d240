using System.Text.Json;

namespace Farewell.Tests.Soak;

/// <summary>What a soak came to, printed as one line of JSON.</summary>
internal sealed record SoakResult
{
    public required double Minutes { get; init; }

    /// <summary>Processes of clients killed, each with its sessions open.</summary>
    public required int Kills { get; init; }

    /// <summary>Connections that the server has seen end.</summary>
    public required long Sessions { get; init; }

    /// <summary>Messages and asks handled by the server.</summary>
    public required long Served { get; init; }

    /// <summary>Asks answered, of those processes that were not killed.</summary>
    public required long Answered { get; init; }

    /// <summary>Messages that the server pushed.</summary>
    public required long Pushed { get; init; }

    /// <summary>Of the pushed: those whose peer was killed, or left, before it had confirmed them.</summary>
    public required long Unconfirmed { get; init; }

    /// <summary>Of the pushed: those whose fate no report told. Zero.</summary>
    public required long Untold { get; init; }

    /// <summary>Messages that came twice, or out of order. Zero.</summary>
    public required int DeliveredTwice { get; init; }

    /// <summary>Whether all processes not killed found every answer right and every message in a report.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Handlers that were entered and have not returned. Zero.</summary>
    public required long Running { get; init; }

    /// <summary>Sessions that the server still has. Zero.</summary>
    public required int Open { get; init; }

    /// <summary>Sessions that something still refers to after a full collection: a table, a timer, a task. Zero.</summary>
    public required int Alive { get; init; }

    /// <summary>Descriptors at the end, less those in the middle. Zero or less.</summary>
    public required int DescriptorsMore { get; init; }

    /// <summary>Octets of heap at the end, less those in the middle, each after a full collection.</summary>
    public required long HeapMore { get; init; }

    /// <summary>What the processes not killed said.</summary>
    public required IReadOnlyList<string> Clients { get; init; }

    public static SoakResult Parse(string line) => JsonSerializer.Deserialize<SoakResult>(line) ?? throw new FormatException(line);

    public override string ToString() => JsonSerializer.Serialize(this);

    public void Check()
    {
        var all = ToString();
        DeliveredTwice.ShouldBe(0, all);
        IsWhole.ShouldBeTrue(all);
        Untold.ShouldBe(0, all);
        Open.ShouldBe(0, all);
        Running.ShouldBe(0, all);
        Alive.ShouldBe(0, all);
        Kills.ShouldBeGreaterThan(0, all);
        Answered.ShouldBeGreaterThan(0, all);
        Pushed.ShouldBeGreaterThan(0, all);
        DescriptorsMore.ShouldBeLessThanOrEqualTo(0, all);
        HeapMore.ShouldBeLessThan(4 << 20, all);
    }
}
