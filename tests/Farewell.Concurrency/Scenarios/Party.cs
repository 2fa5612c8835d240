using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Protocol.Sessions;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Concurrency.Scenarios;

/// <summary>One side of a session in a scenario, over the library's own transports, and what is true of it in the end.</summary>
internal sealed class Party
{
    // Windows and queues small enough to fill, limits that no scenario reaches unless it means to.
    public static readonly SessionLimits Small = SessionLimits.Stayer with { Idle = TimeSpan.Zero, Ping = TimeSpan.Zero, Largest = 100, Window = 300, Queue = 200 };

    private readonly Watching _watch = new();
    private readonly HashSet<string> _running = [];
    private readonly int _handlers;
    private readonly bool _drops;

    public Party(Run run, DeadlineWheel wheel, Role role, Transport transport, Func<Party, Message, ValueTask>? handler, Func<SessionSettings, SessionSettings>? change = null)
    {
        var inbox = handler is null ? new Inbox() : null;
        var settings = new SessionSettings { Limits = Small, Wheel = wheel, Logger = NullLogger.Instance, Watch = _watch };
        settings = inbox is not null ? settings with { Handler = inbox.Put } : settings.Handling((_, message) => HandleAsync(message, handler!));
        settings = change?.Invoke(settings) ?? settings;
        (_handlers, _drops) = (settings.Handlers, settings.FullQueue == FullQueue.DropOldest);
        (Run, Role) = (run, role);
        Driver = new SessionDriver(role, dials: role == Role.Leaver, transport, settings) { Inbox = inbox };
        _ = run.Expect($"the {role}'s completion", Driver.Completion);
        _ = run.Expect($"the {role}'s opening", IgnoreAsync(Driver.Opened));
    }

    public Run Run { get; }

    public Role Role { get; }

    public SessionDriver Driver { get; }

    public FarewellSession Session => Driver.Face;

    /// <summary>The first octets of what was handled, in order.</summary>
    public List<(byte Sender, byte Number)> Handled { get; } = [];

    /// <summary>Messages accepted for sending.</summary>
    public int Accepted { get; private set; }

    /// <summary>Asks that ended with <see cref="AskOutcome.Unknown"/>.</summary>
    public int Unknown { get; private set; }

    public int Asks { get; private set; }

    /// <summary>A pair, made and started, each by a strand of its own.</summary>
    public static (Party Stayer, Party Leaver) Pair(Run run, Func<Party, Message, ValueTask>? handler, Func<SessionSettings, SessionSettings>? change = null)
    {
        var wheel = new DeadlineWheel(run.Clock);
        var (one, other) = Carried.Pair(run, wheel);
        var (stayer, leaver) = (new Party(run, wheel, Role.Stayer, one, handler, change), new Party(run, wheel, Role.Leaver, other, handler, change));
        run.Begin("start stayer", stayer.Driver.Start);
        run.Begin("start leaver", leaver.Driver.Start);
        return (stayer, leaver);
    }

    /// <summary>Sends numbered messages.</summary>
    public async Task SendAsync(byte sender, int count, int size = 12)
    {
        for (byte number = 1; number <= count; number++)
        {
            var payload = new byte[size];
            (payload[0], payload[1]) = (sender, number);
            var result = await Session.SendAsync(payload);
            payload.AsSpan().Fill(0xEE);
            Accepted += result.Outcome == SendOutcome.Accepted ? 1 : 0;
            if (result.Outcome == SendOutcome.Ending)
            {
                return;
            }
        }
    }

    /// <summary>Asks, and checks that the answer is this ask's.</summary>
    public async Task<AskOutcome?> AskAsync(byte sender, byte number, CancellationToken cancellation = default)
    {
        Asks++;
        try
        {
            var result = await Session.AskAsync(new byte[] { sender, number, 7 }, cancellation);
            Note(result);
            if (result.Outcome == AskOutcome.Answered)
            {
                ThrowUnless(result.Answer.Span.SequenceEqual(new byte[] { sender, number, 7 }), $"answers: ask {sender}/{number} got another's, {Convert.ToHexString(result.Answer.Span)}");
            }

            return result.Outcome;
        }
        catch (OperationCanceledException)
        {
            ThrowUnless(cancellation.IsCancellationRequested, "answers: given up, though nobody asked for that");
            return null;
        }
    }

    public void Note(AskResult result) => Unknown += result.Outcome == AskOutcome.Unknown ? 1 : 0;

    /// <summary>What is true of every session that is over.</summary>
    public static async Task CheckAsync(Party one, Party other)
    {
        foreach (var (party, peer) in new[] { (one, other), (other, one) })
        {
            var report = await party.Session.Completion;
            await Tasks.WhenAll(party.IgnoreAsync(party.Driver.Opened));
            ThrowUnless(party._watch.Ends == 1, $"reports: the {party.Role} told its end {party._watch.Ends} times");
            ThrowUnless(party._watch.Opens <= 1 && !party._watch.OpenedLate, $"reports: the {party.Role} told its opening {party._watch.Opens} times{(party._watch.OpenedLate ? ", after its end" : "")}");
            ThrowUnless(report.AsksUnknown >= party.Unknown && report.AsksUnknown <= party.Asks, $"counts: {party.Unknown} asks of the {party.Role} ended unknown, {report.AsksUnknown} in the report");
            ThrowUnless(report.Received >= party.Handled.Count, $"counts: {party.Handled.Count} messages handled by the {party.Role}, {report.Received} received in the report");
            var sum = report.Messages.Delivered + report.Messages.Unconfirmed + report.Messages.NotSent;
            ThrowUnless(sum == party.Accepted, $"counts: the {party.Role} sent {party.Accepted} messages, its tally is {report.Messages}");
            ThrowUnless(peer.Handled.Count >= report.Messages.Delivered, $"counts: {report.Messages.Delivered} messages of the {party.Role} delivered, {peer.Handled.Count} handled");
            ThrowUnless(peer.Handled.Count <= report.Messages.Delivered + report.Messages.Unconfirmed, $"counts: {peer.Handled.Count} messages of the {party.Role} handled, its tally is {report.Messages}");
        }
    }

    /// <summary>Everything of the leaver's was handled, and both say that it ended in good order. What the stayer says to a leaver that leaves may stay unconfirmed, even unhandled.</summary>
    public static async Task CheckOrderlyAsync(Party one, Party other)
    {
        await CheckAsync(one, other);
        foreach (var (party, peer) in new[] { (one, other), (other, one) })
        {
            var report = await party.Session.Completion;
            ThrowUnless(report.IsOrderly && report.Fault is null, $"order: the {party.Role}'s session ended by {report.Cause}, {report.What}, {report.Ending}, {report.Fault}");
            ThrowUnless(
                party.Role == Role.Stayer || (peer.Handled.Count == party.Accepted && report.Messages.Delivered == party.Accepted),
                $"order: {party.Accepted} of the {party.Role} accepted, {peer.Handled.Count} handled, {report.Messages}");
            ThrowUnless(report.Duration < TimeSpan.FromSeconds(1), $"time: an end that waits for nobody took the {party.Role} {report.Duration.TotalSeconds:0.0} s");
        }
    }

    private async ValueTask HandleAsync(Message message, Func<Party, Message, ValueTask> handler)
    {
        if (message.IsAsk)
        {
            await handler(this, message);
            return;
        }

        var (sender, number) = (message.Payload.Span[0], message.Payload.Span[1]);
        var last = Handled.FindLast(handled => handled.Sender == sender).Number;
        ThrowUnless(_running.Count < _handlers, $"handlers: {_running.Count + 1} run at a time");
        ThrowUnless(_handlers > 1 ? !Handled.Contains((sender, number)) : _drops ? number > last : number == last + 1, $"sequence: message {number} of {sender} handled after {last}");
        Handled.Add((sender, number));
        var name = $"{sender}/{number}";
        ThrowUnless(_running.Add(name), $"sequence: message {name} handled twice at a time");
        await handler(this, message);
        ThrowUnless(message.Payload.Span[0] == sender && message.Payload.Span[1] == number, $"payloads: of message {name} changed while it was handled");
        _running.Remove(name);
    }

    private async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (FarewellException)
        {
            // It ended before it was open.
        }
    }

    private sealed class Watching : SessionWatch
    {
        public int Opens { get; private set; }

        public int Ends { get; private set; }

        public bool OpenedLate { get; private set; }

        public override void Opened(Driver session)
        {
            Run.Point("Watch.Opened");
            Opens++;
            OpenedLate |= Ends > 0;
        }

        public override void Ended(Driver session, SessionReport report) => Ends++;
    }
}
