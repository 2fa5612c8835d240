using Farewell.Protocol.Sessions;
using Farewell.Testing;

namespace Farewell.Protocol.Tests;

/// <summary>In steady state a message costs no memory, on either side, however it is cut into pieces.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int Count = 2_000;

    private static readonly SessionLimits Limits = SessionLimits.Leaver with { Largest = 200_000, Window = 1_000_000 };

    private readonly byte[] _wire = new byte[256 * 1024];
    private readonly Session _stayer = new(Role.Stayer, false, Limits, TimeSpan.Zero);
    private readonly Session _leaver = new(Role.Leaver, true, Limits, TimeSpan.Zero);
    private int _piece = int.MaxValue;

    [Theory]
    [InlineData(128, int.MaxValue)]
    [InlineData(128, 50)]
    [InlineData(0, int.MaxValue)]
    [InlineData(100_000, int.MaxValue)]
    [InlineData(100_000, 1_460)]
    public void Messages_OneWay(int size, int piece)
    {
        _piece = piece;
        var payload = new byte[size];
        Measure(() => _leaver.Send(payload, TimeSpan.Zero, out _));
    }

    [Theory]
    [InlineData(128, int.MaxValue)]
    [InlineData(128, 7)]
    public void AsksAndAnswers(int size, int piece)
    {
        _piece = piece;
        var payload = new byte[size];
        Measure(() => _leaver.Ask(payload, TimeSpan.Zero, out _));
    }

    [Fact]
    public void AnAllocationPerMessage_WouldShow() =>
        Allocated(() => _leaver.Send(new byte[10], TimeSpan.Zero, out _)).ShouldBeGreaterThanOrEqualTo(Count * 32);

    private void Measure(Func<SendStatus> send) => Allocated(send).ShouldBe(0);

    /// <summary>What the messages of one round cost this thread, in steady state.</summary>
    private long Allocated(Func<SendStatus> send)
    {
        Exchange();
        var refused = 0;
        void Play()
        {
            for (var i = 0; i < Count; i++)
            {
                refused += send() == SendStatus.Accepted ? 0 : 1;
                Exchange();
            }
        }

        Play();
        var allocated = Allocations.Of(Play);
        refused.ShouldBe(0);
        return allocated;
    }

    private void Exchange()
    {
        do
        {
            Move(_leaver, _stayer);
            Move(_stayer, _leaver);
        }
        while (_leaver.HasOutput || _stayer.HasOutput);
    }

    private void Move(Session from, Session to)
    {
        var count = from.Write(_wire, TimeSpan.Zero);
        from.Sent(count, TimeSpan.Zero);
        for (var at = 0; at < count;)
        {
            var size = Math.Min(_piece, count - at);
            ReadOnlyMemory<byte> input = _wire.AsMemory(at, size);
            at += size;
            while (to.Read(ref input, TimeSpan.Zero, out var happened))
            {
                if (happened.Kind == SessionEventKind.Message)
                {
                    to.Handled(happened.Number, TimeSpan.Zero);
                }
                else if (happened.Kind == SessionEventKind.Ask)
                {
                    to.Answer(happened.Number, Answer, TimeSpan.Zero);
                }
            }
        }
    }

    private static readonly byte[] Answer = new byte[128];
}

/// <summary>Tests that measure what this process allocates, run when no other test does: one that collects without end would leave them no quiet round.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
