using System.Collections.Concurrent;
using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Sockets;

namespace Farewell.Tests.Conformance;

/// <summary>A carrier's transport under observation: notes whatever it or its driver does against their contract.</summary>
internal sealed class ProbedTransport : Transport
{
    [ThreadStatic]
    private static ProbedTransport? _insideNow;

    private readonly Transport _inner;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly TaskCompletionSource<SocketEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _given;
    private long _taken;
    private long _received;
    private int _ends;
    private int _paused;
    private bool _isOver;

    public ProbedTransport(Transport inner)
    {
        _inner = inner;
        inner.Driver = new Tap(this);
    }

    public IEnumerable<string> Faults => _faults;

    /// <summary>Octets given to the transport, and how many it says it took.</summary>
    public (long Given, long Taken) SendCounts => (Interlocked.Read(ref _given), Interlocked.Read(ref _taken));

    public bool IsAtEnd => Volatile.Read(ref _isOver);

    public long ReceivedCount => Interlocked.Read(ref _received);

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override Exception? Fault => _inner.Fault;

    public override void Start() => _inner.Start();

    public override void Resume()
    {
        if (Interlocked.Exchange(ref _paused, 0) == 0)
        {
            Note("resumed without having been paused");
        }

        Within(() =>
        {
            _inner.Resume();
            return 0;
        });
    }

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        Expect(octets.Length > 0, "an empty send");
        Expect(Interlocked.Read(ref _given) == Interlocked.Read(ref _taken), "a send before the one before was taken");
        Interlocked.Add(ref _given, octets.Length);
        var taken = Within(() => _inner.Send(octets));
        Expect(taken >= 0 && taken <= octets.Length, $"took {taken} of {octets.Length}");
        Interlocked.Add(ref _taken, taken);
        return taken;
    }

    public override void End(TransportEnd how, Departure departure)
    {
        Expect(Interlocked.Increment(ref _ends) == 1, "the driver ended it twice");
        Expect(departure != Departure.Auto, "an undecided departure");
        EndUnder(how, departure);
    }

    /// <summary>Ends the transport under its session, as if the process had died.</summary>
    public void EndUnder(TransportEnd how, Departure departure = Departure.Fin) => Within(() =>
    {
        _inner.End(how, departure);
        return 0;
    });

    private int Within(Func<int> call)
    {
        var outer = _insideNow;
        _insideNow = this;
        try
        {
            return call();
        }
        finally
        {
            _insideNow = outer;
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            Note(otherwise);
        }
    }

    private void Note(string fault) => _faults.Enqueue(fault);

    private sealed class Tap(ProbedTransport probe) : Driver
    {
        public override bool Received(ReadOnlyMemory<byte> octets)
        {
            Begin("received", octets.Length > 0);
            Interlocked.Add(ref probe._received, octets.Length);
            var goesOn = probe.Driver.Received(octets);
            if (goesOn)
            {
                Volatile.Write(ref probe._paused, 0);
            }

            return goesOn;
        }

        public override void EndOfStream()
        {
            Begin("the end of the stream", true);
            probe._isOver = true;
            probe.Driver.EndOfStream();
        }

        public override void Lost(Loss how)
        {
            probe.Expect(_insideNow != probe, "told a loss from within a call of its driver's");
            probe._isOver = true;
            probe.Driver.Lost(how);
        }

        public override void Sent(int count)
        {
            probe.Expect(_insideNow != probe, "told what was sent from within a call of its driver's");
            probe.Expect(count > 0 && Interlocked.Add(ref probe._taken, count) <= Interlocked.Read(ref probe._given), $"{count} sent that were not given");
            probe.Driver.Sent(count);
        }

        public override void Ended(SocketEnd end)
        {
            probe.Expect(_insideNow != probe, "told its end from within a call of its driver's");
            probe.Expect(probe._end.TrySetResult(end), "told its end twice");
            probe.Driver.Ended(end);
        }

        public override void Start()
        {
        }

        public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
        {
        }

        public override void Abort()
        {
        }

        public override void Tick()
        {
        }

        private void Begin(string what, bool isValid)
        {
            probe.Expect(_insideNow != probe, $"told {what} from within a call of its driver's");
            probe.Expect(isValid, $"told {what} of nothing");
            probe.Expect(!probe._isOver, $"told {what} after the end of the stream");
            probe.Expect(Interlocked.Exchange(ref probe._paused, 1) == 0, $"told {what} while paused, or while being told something else");
        }
    }
}
