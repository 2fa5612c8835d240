using System.Text;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>A stayer and a leaver with nothing between them, on a clock that the test turns, and a record of what each said.</summary>
internal sealed class Conversation
{
    /// <summary>Far more than any test needs of anything.</summary>
    private const int Most = 100_000;

    private readonly byte[] _room = new byte[128 * 1024];
    private readonly Dictionary<Role, Queue<byte[]>> _wires = new() { [Role.Stayer] = new(), [Role.Leaver] = new() };

    public Conversation(SessionLimits? stayer = null, SessionLimits? leaver = null, bool stayerDials = false)
    {
        Stayer = new Session(Role.Stayer, stayerDials, stayer, Now);
        Leaver = new Session(Role.Leaver, !stayerDials, leaver, Now);
    }

    public Session Stayer { get; }

    public Session Leaver { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>Every frame said, in order: who, the bytes, its name.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Every event, in order, with copies of payloads.</summary>
    public List<(Role Role, SessionEvent Event)> Happened { get; } = [];

    public IEnumerable<SessionEvent> Of(Role role, SessionEventKind kind) => Happened.Where(item => item.Role == role && item.Event.Kind == kind).Select(item => item.Event);

    public static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>Puts on the wire what a side has to say.</summary>
    public Conversation Flush(Role role)
    {
        var session = Of(role);
        for (var writes = 0; session.HasOutput; writes++)
        {
            writes.ShouldBeLessThan(Most, "what is to be said comes to an end");
            var count = session.Write(_room, Now);
            count.ShouldBeGreaterThan(0);
            session.Sent(count, Now);
            for (var said = _room.AsSpan(0, count); said.Length > 0;)
            {
                var length = FrameHeader.Size + (said[2] << 8 | said[3]);
                Say(role, said[..length].ToArray());
                said = said[length..];
            }
        }

        return this;
    }

    /// <summary>Puts on the wire what a side's session would never say.</summary>
    public Conversation Say(Role role, byte[] frame)
    {
        Said.Add($"{Moment()}{role.ToString().ToLowerInvariant()}  {Convert.ToHexStringLower(frame).Chunk(2).Select(pair => new string(pair)).Aggregate((left, right) => $"{left} {right}")}  {Name(frame)}");
        _wires[role].Enqueue(frame);
        return this;
    }

    /// <summary>Delivers what a side has put on the wire.</summary>
    public Conversation Deliver(Role from)
    {
        var to = from == Role.Stayer ? Role.Leaver : Role.Stayer;
        while (_wires[from].TryDequeue(out var frame))
        {
            Feed(to, frame);
        }

        Feed(to, default);
        return this;
    }

    /// <summary>Lets everything be said and delivered until both are silent.</summary>
    public Conversation Run()
    {
        var rounds = 0;
        do
        {
            rounds++.ShouldBeLessThan(Most, "they fall silent");
            Flush(Role.Leaver).Deliver(Role.Leaver).Flush(Role.Stayer).Deliver(Role.Stayer);
        }
        while (Leaver.HasOutput || Stayer.HasOutput);
        return this;
    }

    public Conversation Wait(double seconds)
    {
        var rounds = 0;
        for (var until = Now + TimeSpan.FromSeconds(seconds); Now < until;)
        {
            rounds++.ShouldBeLessThan(Most, "time goes on");
            var next = Stayer.NextDeadline < Leaver.NextDeadline ? Stayer.NextDeadline : Leaver.NextDeadline;
            Now = next > until ? until : next > Now ? next : Now;
            Stayer.Tick(Now);
            Leaver.Tick(Now);
            Feed(Role.Stayer, default);
            Feed(Role.Leaver, default);
            if (Stayer.HasOutput || Leaver.HasOutput)
            {
                Run();
            }
        }

        return this;
    }

    /// <summary>The leaver's carrier ends the connection, as it may.</summary>
    public Conversation Depart()
    {
        Leaver.Disposition.ShouldBe(Disposition.Depart);
        Said.Add($"{Moment()}leaver  FIN");
        Stayer.EndOfStream(Now);
        Feed(Role.Stayer, default);
        return this;
    }

    public Session Of(Role role) => role == Role.Stayer ? Stayer : Leaver;

    public void Feed(Role role, ReadOnlyMemory<byte> bytes)
    {
        var session = Of(role);
        var events = 0;
        while (session.Read(ref bytes, Now, out var happened))
        {
            events++.ShouldBeLessThan(Most, "reading comes to an end");
            Happened.Add((role, happened with { Payload = happened.Payload.ToArray() }));
        }

        bytes.IsEmpty.ShouldBeTrue("a session takes all its input");
    }

    private string Moment() => $"{Now.TotalMilliseconds,7} ms  ";

    private static string Name(byte[] frame) =>
        Enum.IsDefined((FrameType)frame[0]) ? ((FrameType)frame[0]).ToString() : frame[0] >= 0x80 ? "reserved" : "foreign";
}
