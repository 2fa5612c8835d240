using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Sockets;

namespace Farewell.Concurrency.Scenarios;

/// <summary>Drives a transport: sends numbered octets, checks those that come, pauses now and then, and holds the transport to its contract.</summary>
internal sealed class Sink : Driver
{
    private const int Period = 251;

    private readonly object _gate = new();
    private readonly Run _run;
    private readonly int _pausesAt;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SocketEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Count, TaskCompletionSource Reached)> _awaited = [];
    private TaskCompletionSource? _sent;
    private int _unsent;
    private int _count;
    private int _numbered;
    private (int Count, Action Then)? _then;
    private int _calls;
    private bool _isCalled;
    private bool _isPaused;

    /// <param name="run">The run.</param>
    /// <param name="transport">What nobody drives yet.</param>
    /// <param name="pausesAt">Of so many receives one is followed by a pause.</param>
    public Sink(Run run, Transport transport, int pausesAt)
    {
        (_run, Transport, _pausesAt) = (run, transport, pausesAt);
        transport.Driver = this;
    }

    public Transport Transport { get; }

    /// <summary>Completes at the end of the stream, or at its loss.</summary>
    public Task Over => _over.Task;

    public Task<SocketEnd> Conclusion => _ended.Task;

    public Loss? Loss { get; private set; }

    public int Ends { get; private set; }

    /// <summary>Completes when so many octets have come.</summary>
    public Task Got(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Add((count, reached));
        Tell();
        return reached.Task;
    }

    /// <summary>Does something in the very call that brings the last of so many octets.</summary>
    public void WhenGot(int count, Action then) => _then = (count, then);

    /// <summary>Ends the transport, under the lock under which it is sent to.</summary>
    public void End(TransportEnd how)
    {
        using (Gate.Enter(_gate, "the driver's lock"))
        {
            Transport.End(how);
        }
    }

    /// <summary>Sends numbered octets, in pieces of any size.</summary>
    public async Task SendAsync(int count)
    {
        for (var left = count; left > 0 && Ends == 0 && !_over.Task.IsCompleted;)
        {
            var piece = new byte[Math.Min(_run.Random.Next(1, 150), left)];
            for (var i = 0; i < piece.Length; i++)
            {
                piece[i] = (byte)(_numbered++ % Period);
            }

            (_unsent, _sent) = (piece.Length, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Give(piece);
            await Tasks.WhenAny(_sent.Task, _over.Task, _ended.Task);
            left -= piece.Length;
        }
    }

    public override bool Received(ReadOnlyMemory<byte> octets)
    {
        Begin("octets");
        ThrowUnless(!_over.Task.IsCompleted, "contract: octets come after the end of the stream");
        ThrowUnless(!_isPaused, "contract: octets come though nobody resumed");
        Run.Point("Received");
        foreach (var octet in octets.Span)
        {
            ThrowUnless(octet == _count % Period, $"sequence: octet {_count} is {octet}");
            _count++;
        }

        Tell();
        if (_then is { } last && _count >= last.Count)
        {
            _then = null;
            last.Then();
        }

        _isPaused = ++_calls % _pausesAt == 0;
        if (_isPaused)
        {
            // Perhaps before this answer arrives.
            _run.Begin("resuming", () =>
            {
                _isPaused = false;
                using (Gate.Enter(_gate, "the driver's lock"))
                {
                    Transport.Resume();
                }
            });
        }

        var goesOn = !_isPaused;
        _isCalled = false;
        return goesOn;
    }

    public override void EndOfStream()
    {
        Begin("the end of the stream");
        _over.TrySetResult();
        _isCalled = false;
    }

    public override void Lost(Loss how)
    {
        Begin("a loss");
        ThrowUnless(Loss is null, "contract: a second loss is told");
        Loss = how;
        _isCalled = false;
        End(TransportEnd.Release);
        _over.TrySetResult();
    }

    public override void Sent(int count) => Take(count);

    public override void Ended(SocketEnd end)
    {
        Ends++;
        _ended.TrySetResult(end);
    }

    public override void Start() => Transport.Start();

    public override void Dismiss(DismissReason reason, TimeSpan? grace, TimeSpan? retryAfter, TimeSpan? hard)
    {
    }

    public override void Abort() => End(TransportEnd.Reset);

    public override void Tick()
    {
    }

    private void Give(byte[] piece)
    {
        int taken;
        using (Gate.Enter(_gate, "the driver's lock"))
        {
            taken = Transport.Send(piece);
        }

        Take(taken);
    }

    private void Begin(string what)
    {
        ThrowUnless(!_isCalled, $"contract: {what} come while the driver is called already");
        _isCalled = true;
    }

    private void Take(int count)
    {
        Run.Point("Sent");
        _unsent -= count;
        ThrowUnless(_unsent >= 0, $"counts: {-_unsent} octets more were sent than given");
        if (_unsent == 0)
        {
            _sent!.TrySetResult();
        }
    }

    private void Tell()
    {
        foreach (var (count, reached) in _awaited)
        {
            if (_count >= count)
            {
                reached.TrySetResult();
            }
        }
    }
}
