using System.Threading.Tasks.Sources;

namespace Farewell.Sessions;

/// <summary>An ask that waits for its reply; used again for the next, so that asking allocates little beside the answer.</summary>
internal sealed class AskSource : IValueTaskSource<AskResult>
{
    [ThreadStatic]
    private static AskSource? _spare;

    private ManualResetValueTaskSourceCore<AskResult> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private SessionDriver? _driver;
    private uint _ticket;

    public ValueTask<AskResult> Task => new(this, _core.Version);

    public static AskSource Rent()
    {
        var source = _spare ?? new AskSource();
        _spare = null;
        return source;
    }

    /// <summary>Watches for the application giving up.</summary>
    public void Watch(SessionDriver driver, uint ticket, CancellationToken cancellation)
    {
        (_driver, _ticket) = (driver, ticket);
        _registration = cancellation.UnsafeRegister(static (source, token) => ((AskSource)source!).GiveUp(token), this);
    }

    public void Set(in AskResult result) => _core.SetResult(result);

    public void SetCancelled() => _core.SetException(new OperationCanceledException(_registration.Token));

    public AskResult GetResult(short token)
    {
        // Who does not wait must not free it for another ask: its answer would be taken for that one's. Throws too if it was awaited before.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The answer has not come yet: await the ask, or wait for AsTask().");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Once disposed of, the registration is not under way on another thread either.
            _registration.Dispose();
            (_registration, _driver) = (default, null);
            _core.Reset();
            _spare = this;
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);

    private void GiveUp(CancellationToken _) => _driver?.CancelAsk(_ticket);
}
