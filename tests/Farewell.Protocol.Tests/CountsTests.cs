using System.Reflection;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>docs/protocol.md sections 2 and 3.1: counts are modulo 2^32. Nobody sends that many, so both sides are set to shortly before.</summary>
public sealed class CountsTests
{
    private const uint Before = uint.MaxValue - 1;

    [Fact]
    public void MessagesAndAsks_GoOnBeyond2To32()
    {
        var it = Late();
        for (byte i = 1; i <= 4; i++)
        {
            it.Leaver.Send(new[] { i }, it.Now, out _).ShouldBe(SendStatus.Accepted);
            it.Leaver.Ask(new[] { i }, it.Now, out _).ShouldBe(SendStatus.Accepted);
            it.Run();
            var message = it.Of(Role.Stayer, SessionEventKind.Message).Last();
            message.Number.ShouldBe(unchecked(Before + i));
            it.Stayer.Handled(message.Number, it.Now).ShouldBeTrue();
            it.Stayer.Answer(unchecked(Before + i), new[] { i }, it.Now).ShouldBe(ReplyStatus.Accepted);
            it.Run().Wait(1);
        }

        it.Leaver.DeliveredUpTo.ShouldBe(unchecked(Before + 4));
        it.Of(Role.Leaver, SessionEventKind.Answered).Select(answered => (int)answered.Payload.Span[0]).ShouldBe([1, 2, 3, 4]);
        it.Leaver.Leave(it.Now);
        it.Run().Depart();
        (it.Stayer.Cause, it.Stayer.What, it.Leaver.What).ShouldBe((Cause.Left, Violation.None, Violation.None));
    }

    [Theory]
    [InlineData(0xFFFFFFFD, true)] // goes back
    [InlineData(0xFFFFFFFE, false)]
    [InlineData(0xFFFFFFFF, false)]
    [InlineData(0, false)]
    [InlineData(1, true)] // never sent
    public void Handled_IsCheckedModulo2To32(uint handled, bool violates)
    {
        var it = Late();
        it.Leaver.Send(default, it.Now, out _);
        it.Leaver.Send(default, it.Now, out _);
        it.Run();
        it.Feed(Role.Leaver, (byte[])[9, 0, 0, 8, .. Bytes(handled), 0, 0, 0, 0]);
        it.Leaver.What.ShouldBe(violates ? Violation.BadCount : Violation.None);
    }

    [Theory]
    [InlineData(0xFFFFFFFD, true)]
    [InlineData(0xFFFFFFFE, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void TheAsksOfDone_AreCheckedModulo2To32(uint asks, bool violates)
    {
        var it = Late();
        it.Stayer.Ask(default, it.Now, out _);
        it.Stayer.Ask(default, it.Now, out _);
        it.Run();
        it.Feed(Role.Stayer, (byte[])[0x0C, 0, 0, 16, 0, 0, 0, 0, .. Bytes(Before), .. Bytes(asks), 0, 0, 0, 0]);
        it.Stayer.What.ShouldBe(violates ? Violation.BadCount : Violation.None);
        it.Of(Role.Stayer, SessionEventKind.Refused).Count().ShouldBe(violates ? 0 : (int)unchecked(0 - asks));
    }

    private static byte[] Bytes(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>An open session of which each side has sent, and the other handled or answered, 2^32 - 2 messages and as many asks.</summary>
    private static Conversation Late()
    {
        var it = new Conversation().Run();
        foreach (var session in (Session[])[it.Stayer, it.Leaver])
        {
            foreach (var field in (string[])["_messagesAccepted", "_messagesBegun", "_messagesWritten", "_delivered", "_asksBegun", "_asksSettled"])
            {
                Set(session, field, Before);
            }

            Set(session, "_asksReceived", (long)Before);
            var intake = new Intake();
            Set(intake, "<Received>k__BackingField", Before);
            Set(intake, "<Handled>k__BackingField", Before);
            Set(intake, "<Reported>k__BackingField", Before);
            Set(session, "_messagesIn", intake);
        }

        return it;
    }

    private static void Set(object target, string field, object value) =>
        target.GetType().GetField(field, BindingFlags.Instance | BindingFlags.NonPublic).ShouldNotBeNull(field).SetValue(target, value);
}
