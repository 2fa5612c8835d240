using Farewell.Captures.Live;
using Farewell.Captures.Tracking;
using Farewell.Lab.Networks;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Witnesses;

/// <summary>The witnesses of one strategy's run: takes their places before the first connection and hears them after the last.</summary>
internal sealed class WitnessStand(ILabNetwork network, string name, string? captureFolder) : IDisposable
{
    private PacketWitness? _packetsAtClient;
    private PacketWitness? _packetsAtServer;
    private TableWitness? _tables;

    /// <summary>Why there are no packets; null when there are.</summary>
    public string? PacketsMissing { get; private set; }

    /// <summary>Whether packets were captured.</summary>
    public bool HasPackets => _packetsAtClient is not null;

    /// <summary>Whether both tables had settled when they were read.</summary>
    public bool Settled { get; private set; } = true;

    /// <summary>Packets that passed on the wire unseen by the witnesses.</summary>
    public long Dropped => (_packetsAtClient?.Dropped ?? 0) + (_packetsAtServer?.Dropped ?? 0);

    /// <summary>Takes the places around a server's port.</summary>
    public ValueTask WatchAsync(ushort port)
    {
        _tables = new TableWitness(network, port);
        if (!OperatingSystem.IsLinux())
        {
            PacketsMissing = "packets are captured on Linux only";
            return ValueTask.CompletedTask;
        }

        try
        {
            _packetsAtClient = PacketWitness.OnClient(network, port, FileFor("client"));
            if (network.IsPrivate)
            {
                _packetsAtServer = PacketWitness.OnServer(network, port, FileFor("server"));
            }
        }
        catch (CaptureException refused)
        {
            PacketsMissing = refused.Message;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Waits until the tables have settled, ends the watch and hears everyone on every connection.</summary>
    public async Task<IReadOnlyList<ConnectionFindings>> HearAsync(Arena arena, CancellationToken cancellation)
    {
        if (_tables is null)
        {
            return [];
        }

        Settled = await _tables.SettleAsync(cancellation);
        _packetsAtClient?.Stop();
        _packetsAtServer?.Stop();
        var noted = arena.Connections.Where(c => c.Tuple is not null).ToLookup(c => c.Tuple!.Value);
        var tuples = noted.Select(n => n.Key)
            .Union(_packetsAtClient?.Connections.Select(c => c.Tuple) ?? [])
            .Union(_packetsAtServer?.Connections.Select(c => c.Tuple) ?? [])
            .Union(_tables.Tuples);
        return [.. tuples.SelectMany(tuple => Hear(arena, tuple, [.. noted[tuple]]))];
    }

    /// <summary>
    /// One four-tuple may carry several connections of a run, since a port without TIME-WAIT is free at once: the first that was noted is the
    /// first that the packets show, and only the last can be in a table.
    /// </summary>
    private IEnumerable<ConnectionFindings> Hear(Arena arena, FourTuple tuple, IReadOnlyList<LabConnection> noted)
    {
        var atClient = _packetsAtClient?.Find(tuple) ?? [];
        var atServer = _packetsAtServer?.Find(tuple) ?? [];
        var count = Math.Max(1, Math.Max(noted.Count, Math.Max(atClient.Count, atServer.Count)));
        for (var i = 0; i < count; i++)
        {
            yield return Hear(
                arena, tuple, noted.ElementAtOrDefault(i), atClient.ElementAtOrDefault(i), atServer.ElementAtOrDefault(i), isLast: i == count - 1);
        }
    }

    /// <summary>The packets of the first connection as the client's side saw them, for the ladder.</summary>
    public IReadOnlyList<TimedSegment> FirstConnection() => _packetsAtClient?.Connections.FirstOrDefault()?.Segments ?? [];

    public void Dispose()
    {
        _packetsAtClient?.Dispose();
        _packetsAtServer?.Dispose();
        _tables?.Dispose();
    }

    private string? FileFor(string side) => captureFolder is null ? null : Path.Combine(captureFolder, $"{name}.{side}.pcap");

    private ConnectionFindings Hear(
        Arena arena, FourTuple tuple, LabConnection? noted, TrackedConnection? atClient, TrackedConnection? atServer, bool isLast)
    {
        var assumptions = new Assumptions(TimeSpan.FromSeconds(60), arena.ResetEndsTimeWait);
        List<Testimony> testimonies = [];
        Add(WitnessName.PacketsAtClient, atClient?.Ending(Vantage.Packets, assumptions));
        Add(WitnessName.PacketsAtServer, atServer?.Ending(Vantage.Packets, assumptions));

        var shown = isLast ? _tables!.OnClient(tuple) : TcpState.Closed;
        var onClient = arena.TimeWaitOverflowed && shown == TcpState.Closed
            ? new CloseEvent(Now, Side.Local, CloseEventKind.Overflow)
            : CloseEvent.Of(Now, Side.Local, shown);
        var onServer = CloseEvent.Of(Now, Side.Remote, isLast ? _tables!.OnServer(tuple) : TcpState.Closed);
        Add(WitnessName.TableOfClient, EndingJudge.Judge([onClient], Vantage.Table));
        Add(WitnessName.TableOfServer, EndingJudge.Judge([onServer], Vantage.Table));

        CloseEvent[] byClient = noted?.TestimonyOf(EndingSide.Client) ?? [];
        CloseEvent[] byServer = noted?.TestimonyOf(EndingSide.Server) ?? [];
        Add(WitnessName.SocketOfClient, byClient.Length == 0 ? null : EndingJudge.Judge(byClient, Vantage.Socket));
        Add(WitnessName.SocketOfServer, byServer.Length == 0 ? null : EndingJudge.Judge(byServer, Vantage.Socket));

        Add(WitnessName.LibraryAtClient, noted?.ClientReport);
        Add(WitnessName.LibraryAtServer, noted?.ServerReport);

        var judge = (atClient ?? atServer)?.Judge ?? new EndingJudge();
        foreach (var item in (ReadOnlySpan<CloseEvent>)[.. byClient, .. byServer, onClient, onServer])
        {
            judge.Observe(item);
        }

        return new ConnectionFindings(tuple, testimonies, judge.Verdict(Vantage.Combined, assumptions), noted);

        void Add(string witness, Ending? ending)
        {
            if (ending is not null)
            {
                testimonies.Add(new Testimony(witness, ending));
            }
        }
    }

    private static TimeSpan Now => DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch;
}
