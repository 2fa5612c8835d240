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

    /// <summary>Each row: what it was told to do, what a stayer writes, what the leaver says of it, and whether it tells the stayer.</summary>
    [Theory]
    [InlineData("stay", "16", 11, false)] // TLS
    [InlineData("stay", "0b01000c", 4, true)] // of a Dismiss only the first byte is judged as foreign or not
    [InlineData("stay", "0b00000b", 3, true)]
    [InlineData("stay", "0100001c 4652574c 02020000 00000000 00000000 00000000 00001000 00010000", 12, false)]
    [InlineData("stay", "0100001c 4652574c 01010100 00000000 00000000 00000000 00001000 00010000", 13, false)]
    [InlineData("stay", "0100001c 4652574c 01010000 00000000 00000001 00000000 00001000 00010000", 14, true)]
    [InlineData("stay", Hello + "0e000000", 2, true)]
    [InlineData("stay", Hello + "0d000004 00000000", 1, true)]
    [InlineData("stay", Hello + "0801ffff", 4, true)] // judged by the header: the body never comes
    [InlineData("stay", Hello + "02010000", 3, true)]
    [InlineData("stay", Hello + "0a000001 61", 9, true)]
    [InlineData("stay", Hello + "03010001 61 06000004 00000001", 8, true)] // an ask of which only a part has come
    [InlineData("ask", Hello + "09000008 00000000 00000001", 7, false)] // in Waiting
    [InlineData("ask", Hello + "03040000", 4, false)] // what is ignored is checked for flags,
    [InlineData("ask", Hello + "07000003", 3, false)] // length
    [InlineData("ask", Hello + "03010001 61 02000000", 9, false)] // and parts
    [InlineData("ask", Hello + "03010001 61 0d000004 00000000", 9, false)]
    public void Violation_IsToldIfItMayBe_AndReset(string mode, string hex, int what, bool told)
    {
        var clock = new Stopwatch();
        var (_, errors, sent, reset) = RunRaw([mode], connection =>
        {
            if (mode == "ask")
            {
                Send(connection, Hello);
                Expect(connection, 0x0C);
                hex = hex[Hello.Length..];
            }

            clock.Start();
            Send(connection, hex);
        });
        errors.ShouldContain($"violation {what}\n");
        reset.ShouldBeTrue();
        sent.Count(frame => frame[0] == 0x0C).ShouldBe(told ? 1 : 0);
        if (told)
        {
            sent[^1][4..6].ShouldBe([6, (byte)what]);
        }

        if (told || what is 12 or 13)
        {
            clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(240), "input is discarded before the reset");
        }
    }

    [Fact]
    public void WhatIsIgnored_AndWhatFollowsGoodbye_HasNoEffect()
    {
        var part = "0a01ffff" + new string('0', 2 * 0xFFFF);
        var (said, errors, sent, reset) = RunRaw(["ask"], connection =>
        {
            Send(connection, Hello);
            Expect(connection, 0x0C);
            Send(connection, "03010001 61" + part + part + part + part + part + "0a000001 61"); // larger than the largest
            Send(connection, "06000004 00000063 07000004 00000001 07000004 00000002 0b00000c 01000000 00000000 00000000 ff550001 00");
            Send(connection, "02000004 6c617465 0d000004 00000000 ffff 16");
        });
        errors.ShouldBeEmpty();
        said.ShouldBe(["hello", "message late", "released delivered 0 unanswered 0"]);
        sent.ShouldBeEmpty();
        reset.ShouldBe(false, "nothing but FIN was due, since all was read");
    }

    [Fact]
    public void SecondCancel_IsIgnored()
    {
        var (said, errors, _, _) = RunRaw(["stay"], connection =>
        {
            Send(connection, Hello + "03000001 61 06000004 00000001 06000004 00000001 0b00000c 01000000 00002710 00000000");
            Expect(connection, 0x0C);
            Send(connection, Goodbye);
        });
        (errors, said[^1]).ShouldBe(("", "released delivered 0 unanswered 0"));
    }

    [Fact]
    public void CreditIsNotReturned_InWaiting()
    {
        var whole = "0201ffff" + new string('0', 2 * 0xFFFF);
        var (_, errors, _, reset) = RunRaw(["ask"], connection =>
        {
            Send(connection, Hello);
            Expect(connection, 0x0C);
            var part = "0a01ffff" + whole[8..];
            var message = whole + part + part + part + "0a000004 00000000"; // all that the leaver accepts of one
            Send(connection, message + message);
        });
        (errors.Contains("violation 6\n"), reset).ShouldBe((true, true));
    }

    [Fact]
    public void FurtherDismiss_DoesNotMoveTheRefusalPointAway()
    {
        var (said, errors, _, _) = RunRaw(["ask", "x"], connection =>
        {
            Send(connection, Hello + "0b00000c 01000000 00000190 00000000 0b00000c 01000000 0036ee80 00000000");
            var clock = Stopwatch.StartNew();
            Expect(connection, 0x0C);
            clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(200));
            Send(connection, Goodbye);
        });
        errors.ShouldBeEmpty();
        said[^1].ShouldBe("released delivered 0 unanswered 1");
    }

    [Fact]
    public void Leaving_WaitsItsOwnGraceForAnswers_AndRefusesWhatIsAsked()
    {
        var (said, errors, _, _) = RunRaw(["ask,leave=0,grace=3", "x"], connection =>
        {
            Send(connection, Hello + "07000004 00000001");
            Expect(connection, 0x08); // the wish takes effect before the next turn writes
            Send(connection, "03000001 61 03020001 62");
            Expect(connection, 0x05).ShouldBe([5, 0, 0, 5, 0, 0, 0, 1, 2]);
            Expect(connection, 0x05).ShouldBe([5, 0, 0, 5, 0, 0, 0, 2, 1]);
            Expect(connection, 0x0C)[4..16].ShouldBe([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
            Send(connection, Goodbye);
        });
        errors.ShouldBeEmpty();
        said[^1].ShouldBe("released delivered 0 unanswered 1");
    }

    /// <summary>A stayer that reads nothing: what is begun cannot be finished, so Done cannot be said.</summary>
    [Theory]
    [InlineData("'leave': 0.1, 'grace': 0.1, 'hard': 0.4", "", "grace expired")]
    [InlineData("'hard': 0.1", "0b00000c 01000000 00000190 00000000", "grace expired")]
    [InlineData("'patience': 0.4", "0b00000c 01000000 0036ee80 00000000", "grace expired")]
    [InlineData("'stall': 0.4", "", "stalled")]
    public void StayerThatReadsNothing_EndsIt(string limits, string more, string end)
    {
        var clock = new Stopwatch();
        // more than the buffers of both ends take, and than a command line holds
        var program = $$"""
            import sys
            sys.path.append(sys.argv[1])
            import leaver
            leaver.Leaver((sys.argv[2], int(sys.argv[3])), "send", [bytes(200000)] * 80, {**leaver.LIMITS, {{limits}}}).run()
            """;
        var (_, errors, _, _) = RunRaw([], connection =>
        {
            clock.Start();
            Send(connection, Hello + more);
        }, program);
        errors.ShouldContain(end);
        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(300));
    }

    /// <summary>Two round trips count as 1 s at least, so nothing here can be shorter.</summary>
    [Theory]
    [InlineData("ask", "00000000", "00007530", 0, 1.0, "silent")]
    [InlineData("ask", "00000190", "00000190", 3, 1.4, "goodbye overdue")] // a byte now and then
    [InlineData("ask,patience=0.2", "0036ee80", "0036ee80", 0, 1.2, "goodbye overdue")]
    public void StayerThatNeverSaysGoodbye_EndsIt(string mode, string grace, string hard, int pings, double seconds, string end)
    {
        var clock = new Stopwatch();
        var (_, errors, _, reset) = RunRaw([mode], connection =>
        {
            Send(connection, $"0100001c 4652574c 01010000 00000000 {grace} {hard} 00040000 40000000");
            Expect(connection, 0x0C);
            clock.Start();
            for (; pings > 0; pings--)
            {
                // A byte now and then, or as soon as the leaver has ended it.
                _ = connection.Poll(400_000, SelectMode.SelectRead);
                Send(connection, "07000004 00000000");
            }
        });
        errors.ShouldContain(end);
        reset.ShouldBeTrue();
        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(seconds - 0.1));
    }

    [Fact]
    public void StayerThatSaysNothing_EndsIt()
    {
        var (_, errors, _, reset) = RunRaw(["ask,handshake=0.2"], _ => { });
        (errors.Contains("handshake overdue"), reset).ShouldBe((true, true));
    }

    [Fact]
    public void StayerThatGoes_IsTruncation_AndNoReset()
    {
        var (_, errors, sent, reset) = RunRaw(["ask", "x"], connection =>
        {
            Send(connection, Hello);
            connection.Shutdown(SocketShutdown.Send);
        });
        (errors.Contains("truncated"), reset).ShouldBe((true, false));
        sent.Select(frame => frame[0]).ShouldBe([1, 3]);
    }

    /// <summary>How long anything is waited for before the test gives up: far above what any of it takes, for no test may last for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const string Hello = "0100001c 4652574c 01010000 00000000 00002710 00007530 00040000 40000000";
    private const string Goodbye = "0d000004 00000000";

    private static void Send(Socket connection, string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += connection.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
            }
        }
        catch (SocketException)
        {
            // the leaver has reset already: what it says of that is what counts
        }
    }

    /// <summary>The next frame of this type, past all others.</summary>
    private static byte[] Expect(Socket connection, byte type)
    {
        for (; ; )
        {
            var frame = Frame(connection);
            frame.ShouldNotBeNull($"the leaver writes a frame of type {type}");
            if (frame[0] == type)
            {
                return frame;
            }
        }
    }

    private static byte[]? Frame(Socket connection)
    {
        var frame = new byte[4];
        for (var read = 0; read < frame.Length;)
        {
            var count = connection.Receive(frame, read, frame.Length - read, SocketFlags.None);
            if (count == 0)
            {
                return null;
            }

            read += count;
            if (read == 4 && frame.Length == 4)
            {
                Array.Resize(ref frame, 4 + (frame[2] << 8) + frame[3]);
            }
        }

        return frame;
    }

    /// <summary>A stayer of hand-made bytes. Sent: the frames that the script has left unread.</summary>
    private static (string[] Said, string Errors, List<byte[]> Sent, bool Reset) RunRaw(string[] arguments, Action<Socket> script, string? program = null)
    {
        var sent = new List<byte[]>();
        var reset = false;
        var (said, errors) = Start(arguments, (connection, process) =>
        {
            script(connection);
            if (program is not null)
            {
                process.WaitForExit(Patience).ShouldBeTrue("nothing is read until the leaver has ended");
            }

            try
            {
                while (Frame(connection) is { } frame)
                {
                    sent.Add(frame);
                }
            }
            catch (SocketException failed) when (failed.SocketErrorCode == SocketError.ConnectionReset)
            {
                reset = true;
            }
        }, program);
        return (said, errors, sent, reset);
    }

    private static (string[] Said, Session Stayer) Run(string[] arguments, Action<Session, SessionEvent, TimeSpan> handle, Action<Session>? atBegin = null)
    {
        Session? stayer = null;
        var (said, errors) = Start(arguments, (connection, _) => stayer = Serve(connection, handle, atBegin));
        errors.ShouldBeEmpty();
        return (said, stayer!);
    }

    private static (string[] Said, string Errors) Start(string[] arguments, Action<Socket, Process> serve, string? program = null)
    {
        var python = Require.Tool("python3", "python3");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (program is not null)
        {
            listener.ReceiveBufferSize = 4096;
        }

        listener.Listen();
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
        var samples = Path.Combine(Document.Root, "samples");
        string[] script = program is null ? [Path.Combine(samples, "leaver.py")] : ["-B", "-c", program, samples];
        foreach (var argument in (string[])[.. script, "127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            listener.Poll(Patience, SelectMode.SelectRead).ShouldBeTrue("the leaver connects");
            using var connection = listener.Accept();
            (connection.SendTimeout, connection.ReceiveTimeout) = ((int)Patience.TotalMilliseconds, (int)Patience.TotalMilliseconds);
            serve(connection, process);
            process.WaitForExit(Patience).ShouldBeTrue("the leaver ends");
            Task.WaitAll([output, error], Patience).ShouldBeTrue("what the leaver has said ends with it");
            return (output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries), error.Result);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
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
            clock.Elapsed.ShouldBeLessThan(Patience, "the session ends");
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
