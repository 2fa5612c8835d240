using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Tests.Conformance;

/// <summary>Opens sessions on a carrier, and ends them at last.</summary>
public abstract class CarrierHarness : IAsyncDisposable
{
    private protected const int Large = 1 << 20;

    private protected static readonly SessionLimits Limits = SessionLimits.Stayer with
    {
        // The machine may be slow; nothing here is about these.
        Handshake = TimeSpan.FromMinutes(1),
        Stall = TimeSpan.FromMinutes(1),
        Parting = Eventually.Limit,
        Largest = Large,
        Window = Large + 1024,
        Queue = 4 * Large,
    };

    private readonly DeadlineWheel _wheel = new(TimeProvider.System);
    private readonly List<Party> _parties = [];

    /// <summary>Makes a connection; the leaver dialled. The stayer's end may be there only once the leaver's is started.</summary>
    private protected abstract Task<(Task<Transport> Stayer, Transport Leaver)> ConnectAsync();

    /// <summary>A session that both sides have opened.</summary>
    private protected async Task<(Party Stayer, Party Leaver)> OpenAsync(
        MessageHandler? stayer = null, MessageHandler? leaver = null, SessionLimits? limits = null, Departure departure = Departure.Fin, bool resetAfterGoodbye = false)
    {
        var (one, other) = await ConnectAsync();
        var left = Join(Role.Leaver, other, leaver, limits, departure, resetAfterGoodbye);
        var stayed = Join(Role.Stayer, await one, stayer, limits, departure, resetAfterGoodbye);
        await stayed.OpenedAsync();
        await left.OpenedAsync();
        return (stayed, left);
    }

    /// <summary>A stayer whose leaver says what it is told to.</summary>
    private protected async Task<(Party Stayer, ScriptedPeer Leaver)> OpenScriptedAsync(MessageHandler? handler = null)
    {
        var (one, other) = await ConnectAsync();
        var peer = new ScriptedPeer(other);
        return (Join(Role.Stayer, await one, handler), peer);
    }

    private protected Party Join(
        Role role, Transport transport, MessageHandler? handler, SessionLimits? limits = null, Departure departure = Departure.Fin, bool resetAfterGoodbye = false)
    {
        var party = new Party(role, dials: role == Role.Leaver, transport, watch => Handling(role, handler ?? Echo, new SessionSettings
        {
            Limits = limits ?? Limits,
            Wheel = _wheel,
            Logger = NullLogger.Instance,
            Departure = departure,
            ResetAfterGoodbye = resetAfterGoodbye,
            Watch = watch,
        }));
        _parties.Add(party);
        return party;
    }

    /// <summary>A leaver's handler begins what it handles by itself, or refuses it as a filter would.</summary>
    private static SessionSettings Handling(Role role, MessageHandler handler, SessionSettings settings) => role == Role.Stayer ? settings.Handling(handler) : settings with { Handler = handler };

    /// <summary>A session with some of everything, ended in one of six ways.</summary>
    internal async Task RunOneAsync(int way)
    {
        var (stayer, leaver) = await OpenAsync();
        var asks = new[] { 0, 100, 5000, 70_000, 300_000 }.SelectMany(length => new[] { stayer, leaver }.Select(party => party.Session.AskAsync(Payload(length)).AsTask())).ToArray();
        leaver.Session.TrySend(Payload(1234));
        if (way > 1)
        {
            await Task.WhenAll(asks).WaitAsync(Eventually.Limit);
        }

        switch (way % 3)
        {
            case 0:
                leaver.Session.Abort();
                break;
            case 1:
                stayer.Transport.EndUnder(TransportEnd.Reset);
                stayer.Session.Abort();
                break;
            default:
                stayer.Session.End();
                leaver.Session.End();
                break;
        }

        await stayer.ReportAsync();
        await leaver.ReportAsync();
        await Task.WhenAll(asks).WaitAsync(Eventually.Limit);
    }

    /// <summary>Answers asks with what they are, and sends messages back.</summary>
    private protected static async ValueTask Echo(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Answer(message.Payload);
        }
        else
        {
            await session.SendAsync(message.Payload);
        }
    }

    private protected static byte[] Payload(int length)
    {
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        return payload;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var party in _parties)
        {
            await party.CloseAsync();
        }

        _wheel.Dispose();
    }
}
