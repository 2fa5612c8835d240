using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Farewell.Protocol.Sessions;
using Farewell.Testing;

namespace Farewell.Protocol.Tests;

/// <summary>
/// samples/leaver.py was written from docs/protocol.md alone: that it gets on with our stayer, over a real socket, shows that the document is enough.
/// </summary>
public sealed class PythonLeaverTests
{
    [Fact]
    public void Asks_AreAnswered_AndItIsReleased()
    {
        var (said, stayer) = Run(["ask", "one", "two"], (session, happened, now) =>
        {
            if (happened.Kind == SessionEventKind.Ask)
            {
                session.Answer(happened.Number, Encoding.ASCII.GetBytes($"got {Encoding.ASCII.GetString(happened.Payload.Span)}"), now);
            }
        });
        said.ShouldBe(["hello", "answer 1 got one", "answer 2 got two", "released delivered 0 unanswered 0"]);
        (stayer.Cause, stayer.Disposition).ShouldBe((Cause.Left, Disposition.Close));
    }

    [Fact]
    public void Messages_AreConfirmed_BeforeItLeaves()
    {
        var texts = new List<string>();
        var (said, stayer) = Run(["send", "a", new string('b', 80_000), "c"], (session, happened, now) =>
        {
            if (happened.Kind == SessionEventKind.Message)
            {
                texts.Add(Encoding.ASCII.GetString(happened.Payload.Span));
                session.Handled(happened.Number, now);
            }
        });
        texts.ShouldBe(["a", new string('b', 80_000), "c"]);
        said.ShouldBe(["hello", "released delivered 3 unanswered 0"]);
        stayer.Cause.ShouldBe(Cause.Left);
    }

    [Fact]
    public void Dismissed_ItLeaves_AndWhatWasSentToItIsConfirmed()
    {
        var (said, stayer) = Run(["stay"], (session, happened, now) =>
        {
            if (happened.Kind == SessionEventKind.Opened)
            {
                session.Send(Encoding.ASCII.GetBytes("news"), now, out _);
                session.Ask(Encoding.ASCII.GetBytes("anyone?"), now, out _);
            }
            else if (happened.Kind == SessionEventKind.Refused)
            {
                session.Dismiss(DismissReason.Stop, now, retryAfter: TimeSpan.FromSeconds(2));
            }
        });
        said.ShouldBe(["hello", "message news", "dismissed reason 1 what 0 retry-after 2000", "released delivered 0 unanswered 0"]);
        stayer.Cause.ShouldBe(Cause.Left);
        stayer.Tally.ShouldBe(new Tally(1, 0, 0));
    }

    [Fact]
    public void TurnedAway_ItLeaves()
    {
        var (said, stayer) = Run(["ask", "please"], (session, happened, now) =>
        {
            if (happened.Kind == SessionEventKind.Ask)
            {
                session.Refuse(happened.Number, RefusedReason.Busy, now);
            }
        }, session => session.Dismiss(DismissReason.Busy, TimeSpan.Zero));
        said.ShouldBe(["dismissed reason 3 what 0 retry-after 4294967295", "refused 1 reason 1", "released delivered 0 unanswered 0"]);
        stayer.Cause.ShouldBe(Cause.Left);
    }

    private static (string[] Said, Session Stayer) Run(string[] arguments, Action<Session, SessionEvent, TimeSpan> handle, Action<Session>? atBegin = null)
    {
        var python = Require.Tool("python3", "python3");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true };
        var script = Path.Combine(Document.Root, "samples", "leaver.py");
        foreach (var argument in (string[])[script, "127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead).ShouldBeTrue("the leaver connects");
        using var connection = listener.Accept();
        var stayer = Serve(connection, handle, atBegin);
        var said = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return (said, stayer);
    }

    /// <summary>The smallest carrier there is: one blocking socket, polled until the next deadline.</summary>
    private static Session Serve(Socket connection, Action<Session, SessionEvent, TimeSpan> handle, Action<Session>? atBegin)
    {
        var clock = Stopwatch.StartNew();
        var session = new Session(Role.Stayer, speaksFirst: false, null, TimeSpan.Zero);
        atBegin?.Invoke(session);
        var (incoming, outgoing) = (new byte[4096], new byte[4096]);
        ReadOnlyMemory<byte> input = default;
        while (session.Disposition == Disposition.Stay)
        {
            while (session.Read(ref input, clock.Elapsed, out var happened))
            {
                handle(session, happened, clock.Elapsed);
            }

            while (session.HasOutput)
            {
                var count = session.Write(outgoing, clock.Elapsed);
                for (var sent = 0; sent < count;)
                {
                    sent += connection.Send(outgoing, sent, count - sent, SocketFlags.None);
                }

                session.Sent(count, clock.Elapsed);
            }

            if (session.Disposition != Disposition.Stay)
            {
                break;
            }

            var left = session.NextDeadline - clock.Elapsed;
            if (connection.Poll(left > TimeSpan.FromSeconds(5) ? TimeSpan.FromSeconds(5) : left > TimeSpan.Zero ? left : TimeSpan.Zero, SelectMode.SelectRead))
            {
                var count = connection.Receive(incoming);
                input = incoming.AsMemory(0, count);
                if (count == 0)
                {
                    session.EndOfStream(clock.Elapsed);
                }
            }
            else
            {
                session.Tick(clock.Elapsed);
            }
        }

        if (session.Disposition == Disposition.Reset)
        {
            connection.Close(0);
        }

        return session;
    }
}
