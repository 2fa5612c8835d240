using Farewell.Timing;
using Microsoft.AspNetCore.Connections.Features;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// Stands before Kestrel's request to wind a connection down (<see cref="FarewellHttpOptions.StopPatience"/>) and passes it on when nothing can be lost by it: as a request begins, whose response then says
/// <c>Connection: close</c>, or once the client was silent for long enough. Told in the midst of a request, or of its own beginning, Kestrel ends the connection behind a response that may have said that it persists.
/// </summary>
internal sealed class HeldStop : Scheduled, IConnectionLifetimeNotificationFeature
{
    private readonly IConnectionLifetimeNotificationFeature _kestrel;
    private readonly AcceptedConnection _connection;
    private readonly CancellationTokenSource _told = new();

    public HeldStop(IConnectionLifetimeNotificationFeature kestrel, AcceptedConnection connection)
    {
        (_kestrel, _connection) = (kestrel, connection);
        kestrel.ConnectionClosedRequested.UnsafeRegister(static stop => ((HeldStop)stop!).Requested(), this);
    }

    public CancellationToken ConnectionClosedRequested
    {
        get => _told.Token;
        set => _kestrel.ConnectionClosedRequested = value;
    }

    /// <summary>Whether it is being passed on to a request that begins, whose body nobody must be kept from reading.</summary>
    public bool IsTellingRequest { get; private set; }

    public void RequestClose() => _kestrel.RequestClose();

    /// <summary>A request begins on the connection.</summary>
    public void RequestBegins()
    {
        if (_kestrel.ConnectionClosedRequested.IsCancellationRequested && !_told.IsCancellationRequested)
        {
            IsTellingRequest = true;
            _told.Cancel();
            IsTellingRequest = false;
        }
    }

    public override void Tick() => ThreadPool.UnsafeQueueUserWorkItem(static stop => stop._told.Cancel(), this, preferLocal: false);

    public void Forget() => _connection.Partings.Wheel.Forget(this);

    private void Requested()
    {
        var (options, wheel) = (_connection.Partings.Options, _connection.Partings.Wheel);
        var wait = options.StopSilence - _connection.Silence;
        if (wait <= TimeSpan.Zero || !_connection.IsPlainHttp)
        {
            _told.Cancel();
            return;
        }

        wheel.Wake(this, wheel.Now + (wait < options.StopPatience ? wait : options.StopPatience));
    }
}
