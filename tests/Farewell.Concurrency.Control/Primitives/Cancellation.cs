namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.CancellationTokenRegistration"/>: who disposes of it waits, under control, for a callback under way elsewhere.</summary>
public readonly struct CancellationTokenRegistration : IDisposable
{
    private readonly System.Threading.CancellationTokenRegistration _real;
    private readonly Callback? _callback;

    internal CancellationTokenRegistration(CancellationToken token, Callback callback)
    {
        _callback = callback;
        _real = token.UnsafeRegister(static (callback, token) => ((Callback)callback!).Run(token), callback);
    }

    public CancellationToken Token => _real.Token;

    public void Dispose()
    {
        Control.Run.Point("CancellationTokenRegistration.Dispose");
        if (!_real.Unregister() && _callback is { } callback && callback.IsUnderWayElsewhere)
        {
            Control.Run.WaitUntil("a cancellation's callback", () => !callback.IsUnderWayElsewhere);
        }
    }

    internal sealed class Callback(Action<object?, CancellationToken> action, object? state)
    {
        private Worker? _worker;

        public bool IsUnderWayElsewhere => _worker is { } worker && worker != Worker.Here;

        public void Run(CancellationToken token)
        {
            _worker = Worker.Here;
            Control.Run.Point("a cancellation's callback");
            try
            {
                action(state, token);
            }
            finally
            {
                _worker = null;
            }
        }
    }
}

/// <summary>Registering under control.</summary>
public static class Registrations
{
    /// <summary>As <c>UnsafeRegister</c>.</summary>
    public static CancellationTokenRegistration RegisterControlled(this CancellationToken token, Action<object?, CancellationToken> callback, object? state) => new(token, new(callback, state));

    /// <inheritdoc cref="RegisterControlled(CancellationToken, Action{object?, CancellationToken}, object?)"/>
    public static CancellationTokenRegistration RegisterControlled(this CancellationToken token, Action<object?> callback, object? state) => new(token, new((state, _) => callback(state), state));

    /// <summary>As <c>Register</c>.</summary>
    public static CancellationTokenRegistration RegisterControlled(this CancellationToken token, Action callback) => new(token, new((_, _) => callback(), null));
}

/// <summary>Stands in for <see cref="System.Threading.CancellationTokenSource"/>.</summary>
public sealed class CancellationTokenSource : IDisposable
{
    private readonly System.Threading.CancellationTokenSource _real = new();
    private readonly List<CancellationTokenRegistration> _links = [];
    private readonly ITimer? _timer;

    public CancellationTokenSource()
    {
    }

    public CancellationTokenSource(TimeSpan delay, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).CancelLate(), this, delay, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _real.Token;

    public bool IsCancellationRequested => _real.IsCancellationRequested;

    public static CancellationTokenSource CreateLinkedTokenSource(params ReadOnlySpan<CancellationToken> tokens)
    {
        var source = new CancellationTokenSource();
        foreach (var token in tokens)
        {
            source._links.Add(token.RegisterControlled(source.CancelLate));
        }

        return source;
    }

    public void Cancel()
    {
        Run.Point("CancellationTokenSource.Cancel");
        _real.Cancel();
    }

    public Task CancelAsync()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The token is cancelled when the call returns, as the real one's is; its callbacks run elsewhere.
        var callbacks = Run.Current!.Begin("cancellation", () =>
        {
            _real.Cancel();
            source.SetResult();
        });
        Run.WaitUntil("CancelAsync to have begun", () => _real.IsCancellationRequested);
        _ = callbacks;
        return source.Task;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        foreach (var link in _links)
        {
            link.Dispose();
        }

        _real.Dispose();
    }

    /// <summary>Whoever links or times cancels a source that may be disposed of meanwhile; the real one lets that pass.</summary>
    private void CancelLate()
    {
        try
        {
            _real.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
