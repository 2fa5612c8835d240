namespace Farewell.Http.Exchanges;

/// <summary>HTTP/2: many exchanges at once, each on a stream.</summary>
internal sealed class Http2Exchanges : ExchangeWatch
{
    private const int PrefaceSize = 24;
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Continuation = 9;
    private const byte EndStream = 1;

    private readonly Dictionary<int, Exchange> _open = [];
    private Http2Frames _written = new(PrefaceSize);
    private Http2Frames _read = new(0);
    private int _newest;
    private bool _wasEarly;
    private bool _isWithinRequest;

    protected override HttpUse Judge()
    {
        if (_open.Count == 0)
        {
            return _wasEarly ? HttpUse.Reading : _newest > 0 ? HttpUse.Idle : HttpUse.Unused;
        }

        return _wasEarly || _open.Values.Any(static exchange => exchange.HasBody) ? HttpUse.Reading : HttpUse.GivenUp;
    }

    protected override bool TakeWritten(ReadOnlySpan<byte> octets)
    {
        var isRequest = _isWithinRequest && _written.IsWithin;
        while (_written.Next(ref octets, out var frame))
        {
            _isWithinRequest = frame.Type is Data or Headers or Continuation;
            isRequest |= _isWithinRequest;
            if (frame.Type == ResetStream)
            {
                // Given up, and the server is told so.
                _open.Remove(frame.Stream);
            }
            else if (frame.Type is Headers && frame.Stream > _newest)
            {
                _newest = frame.Stream;
                var ends = (frame.Flags & EndStream) != 0;
                _open.Add(frame.Stream, new(HasBody: !ends, IsWritten: ends, IsAnswered: false, WasEarly: false));
            }
            else if (frame.Type is Headers or Data && (frame.Flags & EndStream) != 0 && _open.TryGetValue(frame.Stream, out var exchange))
            {
                Settle(frame.Stream, exchange with { IsWritten = true });
            }
        }

        return isRequest;
    }

    protected override void TakeRead(ReadOnlySpan<byte> octets)
    {
        while (_read.Next(ref octets, out var frame))
        {
            if (frame.Type == ResetStream)
            {
                // The server reads no more of it.
                _open.Remove(frame.Stream);
            }
            else if (frame.Type is Headers or Data && (frame.Flags & EndStream) != 0 && _open.TryGetValue(frame.Stream, out var exchange))
            {
                Settle(frame.Stream, exchange with { IsAnswered = true, WasEarly = !exchange.IsWritten });
            }
        }
    }

    private void Settle(int stream, Exchange exchange)
    {
        if (exchange is { IsWritten: true, IsAnswered: true })
        {
            _wasEarly |= exchange.WasEarly;
            _open.Remove(stream);
        }
        else
        {
            _open[stream] = exchange;
        }
    }

    private record struct Exchange(bool HasBody, bool IsWritten, bool IsAnswered, bool WasEarly);
}
