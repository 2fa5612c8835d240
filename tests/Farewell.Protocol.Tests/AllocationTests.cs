using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>In steady state a message costs no memory, on either side, however it is cut into pieces.</summary>
public sealed class AllocationTests
{
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

    private void Measure(Func<SendStatus> send)
    {
        Exchange();
        for (var i = 0; i < 200; i++)
        {
            send().ShouldBe(SendStatus.Accepted);
            Exchange();
        }

        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000; i++)
        {
            refused += send() == SendStatus.Accepted ? 0 : 1;
            Exchange();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        refused.ShouldBe(0);
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
