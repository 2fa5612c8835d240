using Farewell.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace Farewell.AspNetCore.Transports;

/// <summary>The last step of the connection.</summary>
internal sealed partial class AcceptedConnection
{
    private PartingChoice? _planned;
    private Task? _ending;
    private volatile bool _isEnding;

    /// <summary>Whether HTTP/1 serves one request after the other here, as far as is known.</summary>
    public bool IsPlainHttp => IsHttp && _mark.Word is LastWord.None or LastWord.Persist or LastWord.Working;

    private bool IsStopping => _features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.IsCancellationRequested ?? false;

    public TimeSpan Silence => SilenceOf(Acknowledged.Read(_socket));

    public Partings Partings => _partings;

    /// <summary>
    /// Whether HTTP is spoken, as far as it can be known without a request: by the protocol that TLS agreed on. Where nothing at all was written it makes no difference: nothing can be lost.
    /// </summary>
    private bool IsHttp => _mark.Word != LastWord.None || _writer.Written == 0 || IsHttpOf(_protocol);

    private static bool IsHttpOf(ReadOnlyMemory<byte> protocol) =>
        protocol.Span.SequenceEqual("h2"u8) || protocol.Span.SequenceEqual("http/1.1"u8);

    private bool IsAcknowledged => UnacknowledgedOf(Acknowledged.Read(_socket)) == 0;

    private TimeSpan SilenceOf(Acknowledged? acknowledged) => acknowledged?.Silence ?? _partings.Clock.GetElapsedTime(_lastReceived);

    private long UnacknowledgedOf(Acknowledged? acknowledged) => acknowledged is { } known ? Math.Max(0, _sent - known.Octets) : long.MaxValue;

    /// <summary>
    /// Sends what is still in the pipe, and then takes the last step: at once where that needs nobody's answer. What has to wait for the client goes on behind Kestrel's back, so that neither its
    /// stop nor anything else of it waits too.
    /// </summary>
    public override ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_ending is null)
            {
                _ending = EndAsync(completes: true);
            }
            else
            {
                // The handler had ended its output itself.
                _own.Input.Complete();
                _own.Output.Complete();
            }

            return new ValueTask(_ending);
        }
    }

    private void EndForHandler()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _ending = EndAsync(completes: false);
            }
        }
    }

    private async Task EndAsync(bool completes)
    {
        _isOver = true;
        Stop?.Forget();
        if (completes)
        {
            await _own.Input.CompleteAsync().ConfigureAwait(false);
            await _own.Output.CompleteAsync().ConfigureAwait(false);
        }

        await _sending.ConfigureAwait(false);
        PartingChoice choice;
        lock (_gate)
        {
            choice = Choose();
            _planned ??= choice;

            // From here on the socket is the last step's alone.
            _isEnding = true;
        }

        var parting = PartAsync(choice);
        if (choice.Way is not (PartingWay.Fin or PartingWay.Await))
        {
            await parting.ConfigureAwait(false);
        }

        TellClosed();
    }

    /// <summary>Kestrel's work is over and its duration about to be recorded: the tag says what the last step is going to be.</summary>
    public Task WorkIsOverAsync()
    {
        if (_features.Get<IConnectionMetricsTagsFeature>() is { } metrics)
        {
            PartingChoice planned;
            lock (_gate)
            {
                planned = _planned ??= Choose();
            }

            metrics.Tags.Add(PartingMetrics.PlannedTag(planned.Reason));
        }

        return Task.CompletedTask;
    }

    private PartingChoice Choose()
    {
        var acknowledged = Acknowledged.Read(_socket);
        var facts = new PartingFacts
        {
            IsAborted = _aborted is not null,
            IsLost = _isLost,
            HasLeft = _hasLeft,
            IsTouched = _isTouched,
            IsHttp = IsHttp,
            IsStopping = IsStopping,
            Word = _mark.Word,
            Silence = SilenceOf(acknowledged),
            Unacknowledged = UnacknowledgedOf(acknowledged),
            AcknowledgedFor = acknowledged?.Since ?? default,
        };
        return PartingChoice.Of(facts, _partings.Options, _partings.KeepAliveTimeout);
    }

    private async Task PartAsync(PartingChoice choice)
    {
        var reason = choice.Reason;
        SocketEnd end;
        try
        {
            (reason, end) = choice.Way switch
            {
                PartingWay.Over => (reason, new SocketEnd(SocketEndKind.Reset)),
                PartingWay.LetGo => (reason, LetGo()),
                PartingWay.Passive => (reason, await PassiveAsync().ConfigureAwait(false)),
                PartingWay.Await => await AwaitAsync(reason).ConfigureAwait(false),
                PartingWay.Fin => (reason, await FinAsync().ConfigureAwait(false)),
                PartingWay.Reject => (reason, await AtOnceAsync(HttpServerEnding.UnheldFin, otherwise: HttpServerEnding.Reset).ConfigureAwait(false)),
                PartingWay.UnheldFin => (reason, await AtOnceAsync(HttpServerEnding.UnheldFin).ConfigureAwait(false)),
                _ => (reason, await AtOnceAsync(_partings.Options.WhenSilent).ConfigureAwait(false)),
            };
        }
        catch (Exception unexpected)
        {
            _partings.Failed(this, unexpected);
            end = EndSocket.Abort(_socket);
        }

        _partings.Ended(this, reason, end with { Discarded = end.Discarded + _discarded });
    }

    private SocketEnd LetGo()
    {
        EndSocket.Abort(_socket);
        return new SocketEnd(SocketEndKind.ResetByPeer);
    }

    private async Task<SocketEnd> PassiveAsync()
    {
        await _receiving.ConfigureAwait(false);
        return EndSocket.Passive(_socket);
    }

    /// <summary>The FIN goes at once; that the drain ends with the client's, or is left to the kernel, is nobody's concern.</summary>
    private async Task<SocketEnd> FinAsync() => await EndSocket.OrderlyAsync(
        _socket, DrainLimit.Default with { Releases = true }, new OwnReads(_reading, _receiving), _partings.Clock).ConfigureAwait(false);

    private async Task<SocketEnd> AtOnceAsync(HttpServerEnding ending, HttpServerEnding otherwise = HttpServerEnding.Fin)
    {
        await _reading.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        if (_hasLeft || _isLost)
        {
            return _isLost ? LetGo() : EndSocket.Passive(_socket);
        }

        var end = ending == HttpServerEnding.UnheldFin ? EndSocket.UnheldFin(_socket) : default;
        if (end.Kind == SocketEndKind.None && (ending, otherwise) is (HttpServerEnding.Reset, _) or (HttpServerEnding.UnheldFin, HttpServerEnding.Reset))
        {
            end = EndSocket.Abort(_socket);
        }

        return end.Kind == SocketEndKind.None ? await FinAsync().ConfigureAwait(false) : end;
    }

    /// <summary>Holds the FIN back until the client has sent its own, or the grace is over.</summary>
    private async Task<(PartingReason Reason, SocketEnd End)> AwaitAsync(PartingReason reason)
    {
        if (!_partings.TryLinger())
        {
            return (PartingReason.Crowded, await FinAsync().ConfigureAwait(false));
        }

        var watch = new GraceWatch(_socket, _sent, _reading, _partings);
        watch.Start();
        await _receiving.ConfigureAwait(false);
        watch.Stop();
        _partings.LingersNoMore();
        return (_isLost, _hasLeft, IsOverDiscardLimit) switch
        {
            (true, _, _) => (PartingReason.Lost, LetGo()),
            (_, true, _) => (reason, EndSocket.Passive(_socket)),
            (_, _, true) => (PartingReason.DiscardLimit, await FinAsync().ConfigureAwait(false)),
            _ => (PartingReason.GraceExpired, await AtOnceAsync(IsAcknowledged ? _partings.Options.AfterGrace : HttpServerEnding.Fin).ConfigureAwait(false)),
        };
    }
}
