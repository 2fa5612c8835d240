using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>Whose memory a payload lies in, and until when.</summary>
public sealed class PayloadLifetimeTests
{
    private readonly byte[] _room = new byte[300];

    [Fact]
    public void WhatWasGiven_IsTheCallersAgain_OnceItIsWritten()
    {
        var it = new Conversation().Run();
        var payload = Conversation.Text("hello");
        it.Leaver.Send(payload, it.Now, out _);
        it.Leaver.HoldsPayloads.ShouldBeTrue();
        it.Flush(Role.Leaver);
        it.Leaver.HoldsPayloads.ShouldBeFalse();
        Array.Clear(payload);
        it.Run();
        Received(it.Of(Role.Stayer, SessionEventKind.Message)).ShouldBe(["hello"]);
    }

    [Fact]
    public void WhatWasGiven_IsTheCallersAgain_OnceItIsRetained_WhateverOfItIsWritten()
    {
        var it = new Conversation().Run();
        var payload = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        var expected = payload.ToArray();
        it.Stayer.Ask(new byte[1], it.Now, out _);
        it.Run();
        it.Leaver.Begin(1);
        it.Leaver.Send(payload, it.Now, out _);
        it.Leaver.Ask(payload, it.Now, out _);
        it.Leaver.Answer(1, payload, it.Now).ShouldBe(ReplyStatus.Accepted);
        var first = it.Leaver.Write(_room, it.Now);
        it.Leaver.Sent(first, it.Now);
        it.Leaver.HoldsPayloads.ShouldBeTrue("a part of the message has no room yet");
        it.Leaver.Retain();
        Array.Clear(payload);
        it.Leaver.Retain();
        it.Feed(Role.Stayer, _room.AsMemory(0, first));
        it.Run();
        foreach (var kind in (SessionEventKind[])[SessionEventKind.Message, SessionEventKind.Ask, SessionEventKind.Answered])
        {
            it.Of(Role.Stayer, kind).ShouldHaveSingleItem().Payload.ToArray().ShouldBe(expected, $"{kind}");
        }
    }

    [Fact]
    public void WhatIsRetainedAndGivenUp_HarmsNothingElseThatIsRetained()
    {
        var it = new Conversation(leaver: SessionLimits.Leaver with { Pipeline = false });
        var payload = Conversation.Text("first");
        it.Leaver.Ask(payload, it.Now, out var first);
        it.Leaver.Retain();
        Conversation.Text("other").CopyTo(payload, 0);
        it.Leaver.Ask(payload, it.Now, out _);
        it.Leaver.Send(payload, it.Now, out _);
        it.Leaver.Cancel(first, it.Now).ShouldBeTrue("it had not been written");
        it.Leaver.Retain();
        Array.Clear(payload);
        it.Run();
        Received(it.Of(Role.Stayer, SessionEventKind.Ask)).ShouldBe(["other"]);
        Received(it.Of(Role.Stayer, SessionEventKind.Message)).ShouldBe(["other"]);
    }

    [Fact]
    public void APayloadToldAfterAnotherEvent_LiesInTheSameInput()
    {
        var it = new Conversation().Run();
        it.Stayer.Send(new byte[1], it.Now, out _);
        it.Stayer.Ask(new byte[1], it.Now, out _);
        it.Run();
        byte[] bytes = [4, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8];
        ReadOnlyMemory<byte> input = bytes;
        it.Stayer.Read(ref input, it.Now, out var delivered).ShouldBeTrue();
        it.Stayer.Read(ref input, it.Now, out var answered).ShouldBeTrue();
        (delivered.Kind, answered.Kind).ShouldBe((SessionEventKind.Delivered, SessionEventKind.Answered));
        answered.Payload.ToArray().ShouldBe([7, 8]);
    }

    private static IEnumerable<string> Received(IEnumerable<SessionEvent> events) => events.Select(happened => System.Text.Encoding.ASCII.GetString(happened.Payload.Span));
}
