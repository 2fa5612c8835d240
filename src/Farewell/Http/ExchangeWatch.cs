namespace Farewell.Http;

/// <summary>Follows the requests and answers of one connection, in the clear, to know what it is in the midst of. Safe for a reader and a writer at once.</summary>
internal abstract class ExchangeWatch
{
    private static readonly AsyncLocal<ExchangeWatch?> Flow = new();

    private readonly Lock _gate = new();
    private DepartingStream? _carrier;

    /// <summary>Whose plaintext this flow of control is writing or disposing.</summary>
    public static ExchangeWatch? Above => Flow.Value;

    /// <summary>The connection below; null until the first write has reached one.</summary>
    public DepartingStream? Carrier => Volatile.Read(ref _carrier);

    /// <summary>What the connection is in the midst of.</summary>
    public HttpUse Use
    {
        get
        {
            lock (_gate)
            {
                return Judge();
            }
        }
    }

    public ExchangeWatch AttachedTo(DepartingStream carrier)
    {
        Volatile.Write(ref _carrier, carrier);
        return this;
    }

    /// <summary>Lets the connection below know its watch, through whatever streams lie between, until <see cref="UnmarkFlow"/> or the end of an asynchronous method.</summary>
    public void MarkFlow() => Flow.Value = this;

    /// <summary>Takes the mark back.</summary>
    public static void UnmarkFlow() => Flow.Value = null;

    /// <summary>Octets are about to be written; whether any belong to a request.</summary>
    public bool Written(ReadOnlySpan<byte> octets)
    {
        lock (_gate)
        {
            return TakeWritten(octets);
        }
    }

    /// <summary>Octets were read.</summary>
    public void Read(ReadOnlySpan<byte> octets)
    {
        lock (_gate)
        {
            TakeRead(octets);
        }
    }

    protected abstract HttpUse Judge();

    protected abstract bool TakeWritten(ReadOnlySpan<byte> octets);

    protected abstract void TakeRead(ReadOnlySpan<byte> octets);
}
