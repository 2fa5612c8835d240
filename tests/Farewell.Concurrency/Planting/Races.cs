using Farewell.Concurrency.Rewriting;

namespace Farewell.Concurrency.Planting;

/// <summary>Races planted in the library, each at a mechanism of its own.</summary>
internal static class Races
{
    private const string Asks = "Sessions/SessionDriver.Asks.cs";
    private const string Driver = "Sessions/SessionDriver.cs";
    private const string Loop = "Engine/EventLoop.cs";
    private const string Transport = "Engine/LoopTransport.cs";
    private const string Octets = "Engine/LoopTransport.Octets.cs";
    private const string Ending = "Engine/LoopTransport.Ending.cs";
    private const string Cipher = "Carriers/CipherStream.cs";

    public static IReadOnlyList<Planted> All { get; } =
    [
        new("two drainers take events at a time", "sends from two tasks on each side",
            new Edit(Driver, "            change(this, argument);\n            if (_drainer != 0)", "            change(this, argument);\n            if (false)")),
        new("an end that a last word brings is left to the next event", "a leaver that ends its direction before Goodbye",
            new Edit(Driver, "else if (!_again && _isConcluded == IsOver)", "else if (true)"),
            new Edit(Driver, "            ThreadPool.UnsafeQueueUserWorkItem(static driver => driver.Tick(), this, preferLocal: true);\n", "")),
        new("a report is made before all asks are told", "an end before the beginning",
            new Edit("Sessions/SessionDriver.Ended.cs", " + _core.AsksUnknown", "")),
        new("a message is counted when it is dispatched", "an abort in the middle of everything",
            new Edit("Sessions/SessionDriver.Handlers.cs", "        _received++;\n", ""),
            new Edit(Driver, "                hasReturned = RunOne(turn.Work);\n", "                lock (_core)\n                {\n                    _received++;\n                }\n\n                hasReturned = RunOne(turn.Work);\n")),
        new("a handler is counted outside of the lock", "two handlers at a time",
            new Edit("Sessions/SessionDriver.Handlers.cs", "        _running += work.IsNested ? 0 : 1;\n", ""),
            new Edit(Driver, "                hasReturned = RunOne(turn.Work);\n", "                _running += turn.Work.IsNested ? 0 : 1;\n                hasReturned = RunOne(turn.Work);\n")),
        new("an ask is given up and answered", "asks given up while their answers come",
            new Edit(Asks, "if (_rare?.Asks?.Remove(ticket, out source) == true)", "if (_rare?.Asks?.TryGetValue(ticket, out source) == true)")),
        new("a source of asks is used again while its cancellation runs", "asks given up while their answers come",
            new Edit("Sessions/AskSource.cs", "            _registration.Dispose();\n", "")) { IsQuick = true },
        new("a confirmation comes between the look and the waiting", "confirmations awaited while the session ends",
            new Edit(Asks, "            var confirmations = Made.Confirmations ??= [];\n", "        }\n\n        lock (_core)\n        {\n            var confirmations = Made.Confirmations ??= [];\n")),
        new("room comes between the look and the waiting", "sends that wait for room while the session ends",
            new Edit(Asks, "\n                room = WaitForRoom();\n            }\n", "            }\n\n            lock (_core)\n            {\n                room = WaitForRoom();\n            }\n")),
        new("an end is told before the opening", "an abort in the middle of everything",
            new Edit("Sessions/SessionDriver.Ended.cs", "            if (_isTellingOpened)\n", "            if (false)\n")),
        new("a message is announced before it is there", "messages taken one by one",
            new Edit("Sessions/Inbox.cs", "        _message = message;\n        _filled.Release();\n", "        _filled.Release();\n        _message = message;\n")),
        new("a deadline is compared outside of the lock", "deadlines that nobody is late for",
            new Edit("Timing/DeadlineWheel.cs", "        lock (_gate)\n        {\n            if (at >= entry.DueAt || _disposed)\n            {\n                return;\n            }\n\n            Remove(entry);", "        if (at >= entry.DueAt || _disposed)\n        {\n            return;\n        }\n\n        lock (_gate)\n        {\n            Remove(entry);")),
        new("a registry that is empty already is waited for", "the registry empties while it is waited for",
            new Edit("Server/Registry.cs", "            if (_all.Count == 0)\n            {\n                _empty.TrySetResult();\n            }\n", "")),
        new("connections are removed without the lock", "the registry empties while it is waited for",
            new Edit("Server/Registry.cs", "        lock (_gate)\n        {\n            _all.Remove(driver);\n            _tally", "        {\n            _all.Remove(driver);\n            _tally")),
        new("a seat is given free by a read and a write", "a stop while clients come and go",
            new Edit("Server/FarewellServer.cs", "            Interlocked.Decrement(ref isTurnedAway ? ref server._turnedAway : ref server._open);\n", "            var seats = isTurnedAway ? server._turnedAway : server._open;\n            (isTurnedAway ? ref server._turnedAway : ref server._open) = seats - 1;\n")),
        new("one connection goes before another takes its place", "proxied connections while the server stops",
            new Edit("Server/Registry.cs", "            _all.Remove(old);\n", "            _all.Remove(old);\n            if (_all.Count == 0)\n            {\n                _empty?.TrySetResult();\n            }\n        }\n\n        lock (_gate)\n        {\n")),
        new("a session is started before it is known", "a stop while clients come and go, on loops",
            new Edit("Server/FarewellServer.cs", "        _sessions.Add(session);\n\n        if (accepted.ReceivesElsewhere)", "        if (accepted.ReceivesElsewhere)"),
            new Edit("Server/FarewellServer.cs", "        return session;\n    }\n\n    /// <summary>The header", "        _sessions.Add(session);\n        return session;\n    }\n\n    /// <summary>The header")) { IsQuick = true },
        new("a protocol's octets are sent without the lock", "a protocol's lines, and its end",
            new Edit("Protocols/ProtocolDriver.Output.cs", "            lock (_gate)\n            {\n                (_batch,", "            {\n                (_batch,")),
        new("a loop that waits is not woken", "calls posted to a loop from everywhere",
            new Edit(Loop, "                _waits = false;\n                _epoll.Wake();\n", "                _waits = false;\n")),
        new("a loop waits though something was posted", "calls posted to a loop from everywhere",
            new Edit(Loop, "_behind.Count == 0 && _posted.Count == 0 && !_isOver", "_behind.Count == 0 && !_isOver")) { IsQuick = true },
        new("a loop is posted to without the lock", "octets both ways, read by turns, on loops",
            new Edit(Loop, "        lock (_gate)\n        {\n            _posted.Add((entry, call));", "        {\n            _posted.Add((entry, call));")),
        new("a loop that is over is woken", "a loop disposed of from everywhere",
            new Edit(Loop, "            // Whoever posts later wakes nobody.\n            _waits = false;\n", "")),
        new("a number is released that is another's already", "connections dialled by loops, some given up",
            new Edit(Loop, "descriptor < _entries.Length && ReferenceEquals(_entries[descriptor], entry)", "descriptor < _entries.Length")),
        new("a receiver resumed before its answer arrives stays paused", "octets both ways, read by turns, on loops",
            new Edit(Transport, "public override void Resume() => _loop.Post(this, LoopCall.Resume);", "public override void Resume()\n    {\n        _isPaused = false;\n        _loop.Post(this, LoopCall.Resume);\n    }"),
            new Edit(Transport, "(_isPaused, _mayBeMore) = (false, true);", "_mayBeMore = true;")) { IsQuick = true },
        new("a descriptor is received from that is closed", "an abort in the middle of everything, on loops",
            new Edit(Octets, "                if (_isEnding)\n                {\n                    return -Libc.EAGAIN;\n                }\n\n", "")),
        new("the rest is sent without the lock", "octets both ways, cut by a reset, on loops",
            new Edit(Octets, "        lock (this)\n        {\n            if (_rare is not { Rest.IsEmpty: false } rare || _isEnding)", "        {\n            if (_rare is not { Rest.IsEmpty: false } rare || _isEnding)")),
        new("a connection is watched that is closed", "an end before the beginning, on loops",
            new Edit(Transport, "                if (!_isClosed)\n                {\n", "                {\n")),
        new("an orderly end goes on after it is done", "octets both ways, ended by both, on loops",
            new Edit(Ending, "            if (_isClosed)\n            {\n                return;\n            }\n\n", "")),
        new("a dial that is given up is done twice", "connections dialled by loops, some given up",
            new Edit("Engine/LoopDialer.cs", "            if (_isOver)\n            {\n                return;\n            }\n\n            if (call", "            if (call")),
        new("a stream pauses though its reader has come back", "a cipher's octets both ways, to the end",
            new Edit(Cipher, "            _isPaused = !_isReading;\n            return _isReading;", "            _isPaused = true;\n            return false;")),
    ];

    /// <summary>Compiles the library with the race in it and explores the scenario that must catch it.</summary>
    public static Explored Try(this Planted planted, LibrarySource source, int seed, int runs) =>
        Exploration.Run(new Trial(source.Compile(planted.Edits)).Load().Single(scenario => scenario.Name == planted.Scenario), seed, runs);
}
