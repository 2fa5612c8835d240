using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>What a quiet session weighs: a server may have a hundred thousand of them.</summary>
[Collection(nameof(Alone))]
public sealed class WeightTests
{
    private const int Count = 5_000;

    // 216, and what else the process keeps meanwhile.
    private const long Quiet = 220;

    private static readonly byte[] Payload = new byte[128];

    private readonly byte[] _wire = new byte[4096];
    private readonly Session?[] _stayers = new Session?[Count];
    private readonly Session?[] _leavers = new Session?[Count];
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void AnAskAnswered() => WeightsAfter((stayer, leaver) => leaver.Ask(Payload, _now, out _)).ShouldBeAtMost(Quiet, Quiet);

    [Fact]
    public void AnAskAnswered_AndAPing_WhichAreNothingNew() => WeightsAfter((stayer, leaver) =>
    {
        leaver.Ask(Payload, _now, out _);
        Exchange(stayer, leaver);
        _now += SessionLimits.Stayer.Ping;
        stayer.Tick(_now);
        leaver.Tick(_now);
        stayer.HasOutput.ShouldBeTrue();
    }).ShouldBeAtMost(Quiet, Quiet);

    [Fact]
    public void AMessageHandled_WhichIsCounted() => WeightsAfter((stayer, leaver) => leaver.Send(Payload, _now, out _)).ShouldBeAtMost(Quiet + 96, Quiet);

    /// <summary>What a stayer and a leaver weigh when all is said.</summary>
    private Weights WeightsAfter(Action<Session, Session> play)
    {
        for (var i = 0; i < Count; i++)
        {
            var stayer = _stayers[i] = new Session(Role.Stayer, false, null, _now);
            var leaver = _leavers[i] = new Session(Role.Leaver, true, null, _now);
            Exchange(stayer, leaver);
            play(stayer, leaver);
            Exchange(stayer, leaver);
            stayer.State.ShouldBe(SessionState.Open);
        }

        return new Weights(WeightOf(_stayers), WeightOf(_leavers));
    }

    private static long WeightOf(Session?[] sessions)
    {
        var with = Settled();
        Array.Clear(sessions);
        return (long)Math.Round((with - Settled()) / (double)Count);
    }

    /// <summary>What lives when collecting once more finds nothing more that tests before have left.</summary>
    private static long Settled()
    {
        var (before, living) = (long.MaxValue, GC.GetTotalMemory(forceFullCollection: true));
        for (var i = 0; i < 10 && living < before; i++)
        {
            (before, living) = (living, GC.GetTotalMemory(forceFullCollection: true));
        }

        return living;
    }

    private void Exchange(Session stayer, Session leaver)
    {
        do
        {
            Move(leaver, stayer);
            Move(stayer, leaver);
        }
        while (leaver.HasOutput || stayer.HasOutput);
    }

    private void Move(Session from, Session to)
    {
        var count = from.Write(_wire, _now);
        from.Sent(count, _now);
        ReadOnlyMemory<byte> input = _wire.AsMemory(0, count);
        while (to.Read(ref input, _now, out var happened))
        {
            if (happened.Kind == SessionEventKind.Message)
            {
                to.Handled(happened.Number, _now);
            }
            else if (happened.Kind == SessionEventKind.Ask)
            {
                to.Answer(happened.Number, Payload, _now);
            }
        }
    }

    private readonly record struct Weights(long Stayer, long Leaver)
    {
        public void ShouldBeAtMost(long stayer, long leaver)
        {
            Stayer.ShouldBeLessThanOrEqualTo(stayer, "a stayer's octets");
            Leaver.ShouldBeLessThanOrEqualTo(leaver, "a leaver's octets");
        }
    }
}
