using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Sockets;

namespace Farewell.Tests.Conformance;

/// <summary>A peer that says what a test tells it to, octet by octet.</summary>
internal sealed class ScriptedPeer : Driver
{
    // docs/protocol.md 10.1.
    public const string HelloOfALeaver = "0100001c4652574c0101010000000000000027100000753000001000000100" + "00";

    /// <summary>The same of one that takes payloads of 128 KiB.</summary>
    public const string HelloOfALeaverThatTakesMuch = "0100001c4652574c01010100000000000000271000007530" + "00020000" + "00040000";

    private readonly Transport _transport;
    private readonly List<byte> _heard = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SocketEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _how;

    public ScriptedPeer(Transport transport)
    {
        _transport = transport;
        transport.Driver = this;
        transport.Start();
    }

    /// <summary>Everything heard so far, in hexadecimal.</summary>
    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return Convert.ToHexStringLower([.. _heard]);
            }
        }
    }

    public Task<SocketEnd> End => _end.Task;

    /// <summary>Whether the stream ended by a FIN ("end") or a reset ("lost").</summary>
    public async Task<string?> OverAsync()
    {
        await _over.Task.WaitAsync(Eventually.Limit);
        return _how;
    }

    public void Say(string hexadecimal) => _transport.Send(Convert.FromHexString(hexadecimal));

    public void Leave(TransportEnd how, Departure departure = Departure.Fin) => _transport.End(how, departure);

    public override bool Received(ReadOnlyMemory<byte> octets)
    {
        lock (_heard)
        {
            _heard.AddRange(octets.Span);
        }

        return true;
    }

    public override void EndOfStream() => Over("end");

    public override void Lost(Loss how) => Over("lost");

    public override void Sent(int count)
    {
    }

    public override void Ended(SocketEnd end) => _end.TrySetResult(end);

    public override void Start()
    {
    }

    public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
    {
    }

    public override void Abort()
    {
    }

    public override void Tick()
    {
    }

    private void Over(string how)
    {
        _how ??= how;
        _over.TrySetResult();
    }
}
