using Farewell.Concurrency.Rewriting;

namespace Farewell.Concurrency.Planting;

/// <summary>Races planted in the library, each at a mechanism of its own.</summary>
internal static class Races
{
    private const string Asks = "Sessions/SessionDriver.Asks.cs";
    private const string Driver = "Sessions/SessionDriver.cs";

    public static IReadOnlyList<Planted> All { get; } =
    [
        new("two drainers take events at a time", "sends from two tasks on each side",
            new Edit(Driver, "            change(this, argument);\n            if (_drainer != 0)", "            change(this, argument);\n            if (false)")),
        new("octets that find a drainer at work are forgotten to be resumed", "sends from two tasks on each side",
            new Edit(Driver, "                    _transport.Resume();\n", "")) { IsQuick = true },
        new("an end that comes while somebody drains is left to the next event", "an abort in the middle of everything",
            new Edit(Driver, "else if (!_again && _isConcluded == IsOver)", "else if (true)"),
            new Edit(Driver, "            ThreadPool.UnsafeQueueUserWorkItem(static driver => driver.Tick(), this, preferLocal: true);\n", "")) { IsQuick = true },
        new("a report is made before all asks are told", "an end before the beginning",
            new Edit("Sessions/SessionDriver.Ended.cs", " + _core.AsksUnknown", "")) { IsQuick = true },
        new("a handler is counted outside of the lock", "two handlers at a time",
            new Edit("Sessions/SessionDriver.Handlers.cs", "            _running += happened.Nested ? 0 : 1;\n        }\n", "        }\n\n        _running += happened.Nested ? 0 : 1;\n")) { IsQuick = true },
        new("an ask is given up and answered", "asks given up while their answers come",
            new Edit(Asks, "if (_asks?.Remove(ticket, out source) == true)", "if (_asks?.TryGetValue(ticket, out source) == true)")),
        new("a source of asks is used again while its cancellation runs", "asks given up while their answers come",
            new Edit("Sessions/AskSource.cs", "            _registration.Dispose();\n", "")) { IsQuick = true },
        new("a confirmation comes between the look and the waiting", "confirmations awaited while the session ends",
            new Edit(Asks, "            _confirmations ??= [];\n            if (!", "        }\n\n        lock (_core)\n        {\n            _confirmations ??= [];\n            if (!")),
        new("room comes between the look and the waiting", "sends that wait for room while the session ends",
            new Edit(Asks, "\n                room = WaitForRoom();\n            }\n", "            }\n\n            lock (_core)\n            {\n                room = WaitForRoom();\n            }\n")),
        new("an end is told before the opening", "an abort in the middle of everything",
            new Edit("Sessions/SessionDriver.Ended.cs", "            if (_isTellingOpened)\n", "            if (false)\n")),
        new("a message is announced before it is there", "messages taken one by one",
            new Edit("Sessions/Inbox.cs", "        _message = message;\n        _filled.Release();\n", "        _filled.Release();\n        _message = message;\n")) { IsQuick = true },
        new("a receive that the driver resumed is touched", "sends from two tasks on each side",
            new Edit("Carriers/SocketTransport.cs", "            SetBuffer(null, 0, 0);\n", ""),
            new Edit("Carriers/SocketTransport.cs", "            ArrayPool<byte>.Shared.Return(buffer);\n            return goesOn;", "            SetBuffer(null, 0, 0);\n            ArrayPool<byte>.Shared.Return(buffer);\n            return goesOn;")),
        new("a deadline is compared outside of the lock", "deadlines that nobody is late for",
            new Edit("Timing/DeadlineWheel.cs", "        lock (_gate)\n        {\n            if (at >= entry.DueAt || _disposed)\n            {\n                return;\n            }\n\n            Remove(entry);", "        if (at >= entry.DueAt || _disposed)\n        {\n            return;\n        }\n\n        lock (_gate)\n        {\n            Remove(entry);")) { IsQuick = true },
        new("a registry that is empty already is waited for", "the registry empties while it is waited for",
            new Edit("Server/Registry.cs", "            if (_all.Count == 0)\n            {\n                _empty.TrySetResult();\n            }\n", "")) { IsQuick = true },
        new("connections are removed without the lock", "the registry empties while it is waited for",
            new Edit("Server/Registry.cs", "        lock (_gate)\n        {\n            _all.Remove(driver);\n            _tally", "        {\n            _all.Remove(driver);\n            _tally")) { IsQuick = true },
        new("the tally begins while accepting goes on", "a stop while clients come and go",
            new Edit("Server/FarewellServer.cs", "        var tally = _sessions.Tally();\n", ""),
            new Edit("Server/FarewellServer.cs", "        await _stopping.CancelAsync()", "        var tally = _sessions.Tally();\n        await _stopping.CancelAsync()")) { IsQuick = true },
        new("a seat is given free by a read and a write", "a stop while clients come and go",
            new Edit("Server/FarewellServer.cs", "            Interlocked.Decrement(ref isTurnedAway ? ref server._turnedAway : ref server._open);\n", "            var seats = isTurnedAway ? server._turnedAway : server._open;\n            (isTurnedAway ? ref server._turnedAway : ref server._open) = seats - 1;\n")),
        new("a protocol's octets are sent without the lock", "a protocol's lines, and its end",
            new Edit("Protocols/ProtocolDriver.Output.cs", "            lock (_gate)\n            {\n                (_batch,", "            {\n                (_batch,")) { IsQuick = true },
    ];

    /// <summary>Compiles the library with the race in it and explores the scenario that must catch it.</summary>
    public static Explored Try(this Planted planted, LibrarySource source, int seed, int runs) =>
        Exploration.Run(new Trial(source.Compile(planted.Edits)).Load().Single(scenario => scenario.Name == planted.Scenario), seed, runs);
}
