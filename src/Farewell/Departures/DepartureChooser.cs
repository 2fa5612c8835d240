using System.Collections.Concurrent;
using Farewell.Observation;
using Farewell.Sockets;
using Farewell.Tcp;

namespace Farewell.Departures;

/// <summary>
/// Chooses how a leaver departs, by the TIME_WAITs that it would add to. Safe for use by several threads. One chooser serves all connections of a
/// process, so that they count together.
/// </summary>
/// <remarks>
/// A FIN is counted when it is chosen, so that a thousand leavers at once do not all take the last place, and taken back when it turns out that no TIME_WAIT
/// came of it (<see cref="Ended"/>). With a connection table the count is corrected by the kernel's, which also has what other processes left: in the
/// background, at most once a second, and only while departures are chosen.
/// </remarks>
public sealed class DepartureChooser : IDisposable
{
    private static readonly TimeSpan CorrectionInterval = TimeSpan.FromSeconds(1);

    private readonly DepartureOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly IConnectionTable? _table;
    private readonly Lock _walking = new();
    private readonly ConcurrentDictionary<FourTuple, DepartureRing> _rings = new();
    private readonly DepartureRing _others = new();
    private int _ringCount;
    private long _sweptAt = -1;
    private long _correctedAt;
    private bool _over;

    /// <summary>A chooser.</summary>
    /// <param name="options">What it goes by; the defaults when null.</param>
    /// <param name="time">Its clock; the system's when null.</param>
    /// <param name="table">
    /// The connection table of the network namespace in which the connections are, to correct the count by; its own from now on, and disposed with it. Null:
    /// what this process left is all that counts.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DepartureChooser(DepartureOptions? options = null, TimeProvider? time = null, IConnectionTable? table = null)
    {
        _options = (options ?? new()).Validated();
        _time = time ?? TimeProvider.System;
        _origin = _time.GetTimestamp();
        _correctedAt = -CorrectionInterval.Ticks;
        _table = table;
    }

    /// <summary>Why the kernel's table no longer corrects the count; null while it does, or if there was none.</summary>
    public string? Missing { get; private set; }

    /// <summary>Decides. What is chosen has to be done, and then reported to <see cref="Ended"/>.</summary>
    /// <param name="asked">
    /// What the application asked for. Anything but <see cref="Departure.Auto"/> is returned as it is; but an unheld FIN that the kernel does not offer is
    /// decided as if by <see cref="Departure.Auto"/>.
    /// </param>
    /// <param name="tuple">The connection that is about to end.</param>
    /// <returns>Never <see cref="Departure.Auto"/>.</returns>
    public Departure Choose(Departure asked, in FourTuple tuple)
    {
        var automatic = asked == Departure.Auto || (asked == Departure.UnheldFin && !_options.OffersUnheldFin);
        if (!automatic && asked != Departure.Fin)
        {
            return asked;
        }

        CorrectInBackground();
        return Within(tuple, create: true, (ring, slot) =>
        {
            if (automatic && ring.Count(slot) >= _options.Budget.Ports * _options.Share)
            {
                return _options.OffersUnheldFin ? Departure.UnheldFin : Departure.Reset;
            }

            ring.Add(slot);
            return Departure.Fin;
        });
    }

    /// <summary>Reports how a connection whose departure was chosen here has ended.</summary>
    public void Ended(in FourTuple tuple, Departure chosen, SocketEnd end)
    {
        if (chosen == Departure.Fin)
        {
            Within(tuple, create: false, (ring, slot) =>
            {
                ring.Settle(slot, end.HoldsTimeWait);
                return true;
            });
        }
    }

    /// <summary>The TIME_WAITs held from the tuple's local address towards its remote endpoint, as far as is known here.</summary>
    public int TimeWaits(in FourTuple tuple) => Within(tuple, create: false, static (ring, slot) => ring.Count(slot));

    /// <summary>Every destination towards which TIME_WAITs are held as far as is known here, the fullest first; those that share a count are left out.</summary>
    public IReadOnlyList<HeldPorts> Held()
    {
        var slot = Slot;
        List<HeldPorts> held = [];
        foreach (var (key, ring) in _rings)
        {
            int count;
            lock (ring)
            {
                count = ring.IsRetired ? 0 : ring.Count(slot);
            }

            if (count > 0)
            {
                held.Add(new(key.Local, key.Remote, count, _options.Budget.Ports));
            }
        }

        held.Sort(static (one, other) => other.TimeWaits.CompareTo(one.TimeWaits));
        return held;
    }

    /// <summary>Closes the connection table.</summary>
    public void Dispose()
    {
        lock (_walking)
        {
            _over = true;
            _table?.Dispose();
        }
    }

    /// <summary>Takes over what the kernel's table says now, for every destination that something has departed from.</summary>
    internal void Correct()
    {
        lock (_walking)
        {
            if (_table is null || _over || Missing is not null)
            {
                return;
            }

            try
            {
                _table.Read(new(TcpStates.TimeWait), (in row) =>
                {
                    if (_rings.TryGetValue(Key(row.Tuple), out var ring))
                    {
                        ring.Tally++;
                    }

                    return true;
                });
            }
            catch (ObservationException refused)
            {
                Missing = refused.Message;
            }

            var slot = Slot;
            foreach (var (_, ring) in _rings)
            {
                lock (ring)
                {
                    if (Missing is null)
                    {
                        // Good for two seconds: the next departure asks for a new one after the first.
                        ring.Correct(ring.Tally, slot + 2);
                    }

                    ring.Tally = 0;
                }
            }
        }
    }

    private long Slot => Elapsed.Ticks / ((_options.TimeWait.Ticks + DepartureRing.Span - 1) / DepartureRing.Span);

    private TimeSpan Elapsed => _time.GetElapsedTime(_origin);

    private void CorrectInBackground()
    {
        var last = Volatile.Read(ref _correctedAt);
        var now = Elapsed.Ticks;
        if (_table is not null && now - last >= CorrectionInterval.Ticks && Interlocked.CompareExchange(ref _correctedAt, now, last) == last)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static chooser => chooser.Correct(), this, preferLocal: false);
        }
    }

    private T? Within<T>(in FourTuple tuple, bool create, Func<DepartureRing, long, T> action)
    {
        var (key, slot) = (Key(tuple), Slot);
        while (true)
        {
            if (!_rings.TryGetValue(key, out var ring))
            {
                ring = create ? RingFor(key, slot) : Volatile.Read(ref _ringCount) >= _options.Destinations ? _others : null;
                if (ring is null)
                {
                    return default;
                }
            }

            lock (ring)
            {
                if (!ring.IsRetired)
                {
                    return action(ring, slot);
                }
            }
        }
    }

    private DepartureRing RingFor(in FourTuple key, long slot)
    {
        if (Interlocked.Increment(ref _ringCount) > _options.Destinations && !Sweep(slot))
        {
            Interlocked.Decrement(ref _ringCount);
            return _others;
        }

        var ring = new DepartureRing();
        var kept = _rings.GetOrAdd(key, ring);
        if (kept != ring)
        {
            Interlocked.Decrement(ref _ringCount);
        }

        return kept;
    }

    /// <summary>Gives up the rings that count nothing any more, once in a slot at most; whether there was one.</summary>
    private bool Sweep(long slot)
    {
        if (Interlocked.Exchange(ref _sweptAt, slot) == slot)
        {
            return false;
        }

        var found = false;
        foreach (var (key, ring) in _rings)
        {
            lock (ring)
            {
                if (!ring.IsRetired && ring.Count(slot) == 0)
                {
                    ring.IsRetired = found = true;
                    _rings.TryRemove(key, out _);
                    Interlocked.Decrement(ref _ringCount);
                }
            }
        }

        return found;
    }

    /// <summary>The source address, whatever the port, and the destination.</summary>
    private static FourTuple Key(in FourTuple tuple)
    {
        Span<byte> octets = stackalloc byte[16];
        var local = tuple.Local.Unmap();
        return new(Endpoint.FromNetworkOrder(octets[..local.WriteNetworkOrder(octets)], 0), tuple.Remote.Unmap());
    }
}
