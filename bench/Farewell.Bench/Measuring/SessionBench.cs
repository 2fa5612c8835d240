using System.Diagnostics;
using System.Globalization;
using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;
using Farewell.Sessions;
using Farewell.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.Bench.Measuring;

/// <summary>What an ask and its answer cost a session by itself: everything between the octets received and the octets to be sent, without a kernel.</summary>
internal static class SessionBench
{
    private const int Size = 64;
    private const int Asks = 1_600_000;
    private const int Rounds = 9;

    public static string Run()
    {
        List<string> lines = ["| asks in a receive | ns an ask | from - to | B allocated |", "|---|---|---|---|"];
        foreach (var depth in (int[])[1, 4, 16, 64])
        {
            using var wheel = new DeadlineWheel(TimeProvider.System);
            var settings = new SessionSettings
            {
                Limits = SessionLimits.Stayer,
                Wheel = wheel,
                Logger = NullLogger.Instance,
            }.Handling(static (_, message) =>
            {
                message.Answer(message.Payload);
                return default;
            });
            var transport = new Nowhere();
            var driver = new SessionDriver(Role.Stayer, dials: false, transport, settings);
            driver.Start();
            var hello = new byte[Session.LeastRoom];
            driver.Received(hello.AsMemory(0, new Session(Role.Leaver, speaksFirst: true, null, wheel.Now).Write(hello, wheel.Now)));
            var asks = new byte[depth * (FrameHeader.Size + Size)];
            for (var at = 0; at < asks.Length; at += FrameHeader.Size + Size)
            {
                new FrameHeader(FrameType.Ask, FrameFlags.None, Size).Write(asks.AsSpan(at));
            }

            List<double> took = [];
            var allocated = 0.0;
            for (var round = 0; round < Rounds; round++)
            {
                var sent = transport.Count;
                var before = GC.GetAllocatedBytesForCurrentThread();
                var began = Stopwatch.GetTimestamp();
                for (var i = 0; i < Asks; i += depth)
                {
                    driver.Received(asks);
                }

                took.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / Asks);
                allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Asks;
                if (transport.Count - sent < (long)Asks * (FrameHeader.Size + 8 + Size))
                {
                    throw new InvalidOperationException($"{transport.Count - sent} octets sent for {Asks} asks.");
                }
            }

            driver.Abort();
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {depth} | {took.Median():F0} | {took.Min():F0} - {took.Max():F0} | {allocated:F1} |"));
        }

        return string.Join('\n', lines);
    }

    /// <summary>Takes everything, as a kernel does that has room.</summary>
    private sealed class Nowhere : Transport
    {
        public long Count { get; private set; }

        public override EndPoint? LocalEndPoint => null;

        public override EndPoint? RemoteEndPoint => null;

        public override void Start()
        {
        }

        public override void Resume()
        {
        }

        public override int Send(ReadOnlyMemory<byte> octets)
        {
            Count += octets.Length;
            return octets.Length;
        }

        public override void End(TransportEnd how, Departure departure = Departure.Fin)
        {
        }
    }
}
