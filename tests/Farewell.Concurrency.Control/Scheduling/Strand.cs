namespace Farewell.Concurrency.Control;

/// <summary>One thing that runs: a work item of the pool, a timer's callback, an actor of a scenario. Only one strand of a run runs at a time.</summary>
public sealed class Strand
{
    private readonly List<Access> _next = [];
    private Func<bool>? _until;

    internal Strand(int number, string name, Action body) => (Number, Name, Body) = (number, name, body);

    /// <summary>The order in which it was begun.</summary>
    public int Number { get; }

    /// <summary>What it is, for the printed schedule.</summary>
    public string Name { get; }

    /// <summary>What it waits for; null if it does not.</summary>
    public string? WaitsFor { get; private set; }

    /// <summary>Whether what it waits for is something to do, and may never come.</summary>
    public bool IsIdle { get; private set; }

    /// <summary>What its very next statement will read and write.</summary>
    internal IReadOnlyList<Access> Next => _next;

    internal Action Body { get; }

    internal Worker? Worker { get; set; }

    internal int Priority { get; set; }

    internal bool IsEnabled => _until is null || _until();

    internal void Wait(string what, Func<bool> until, bool isIdle) => (WaitsFor, _until, IsIdle) = (what, until, isIdle);

    internal void GoOn() => (WaitsFor, _until, IsIdle) = (null, null, false);

    internal void Announce(Access access) => _next.Add(access);

    internal void Forget() => _next.Clear();

    public override string ToString() => $"{Number} {Name}";
}

/// <summary>A field that a statement is about to touch.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Field">Type and name.</param>
/// <param name="Writes">Whether it is changed.</param>
internal readonly record struct Access(object Owner, string Field, bool Writes);
