namespace Farewell.Http.Exchanges;

/// <summary>HTTP/1.1: one exchange after the other.</summary>
internal sealed class Http1Exchanges : ExchangeWatch
{
    private readonly Http1Message _request = new();
    private readonly Http1Message _answer = new();
    private bool _hasExchange;
    private bool _wasEarly;
    private bool _isOpaque;

    protected override HttpUse Judge() => this switch
    {
        { _isOpaque: true } => HttpUse.Opaque,
        { _hasExchange: false } => HttpUse.Unused,
        { _wasEarly: true } => HttpUse.Reading,
        { _request.IsDone: true, _answer.IsDone: true } => HttpUse.Idle,
        _ => _request.HasBody ? HttpUse.Reading : HttpUse.GivenUp,
    };

    protected override bool TakeWritten(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !_isOpaque)
        {
            if (!_hasExchange || (_request.IsDone && _answer.IsDone))
            {
                _hasExchange = true;
                _request.Reset();
                _answer.Reset();
            }

            octets = _request.Take(octets);

            // HttpClient does not pipeline: octets beyond the request are none of HTTP/1.1.
            _isOpaque = _request.IsBroken || !octets.IsEmpty;
            _answer.HasNoBody = _request.IsHead || _request.IsConnect;
        }

        return true;
    }

    protected override void TakeRead(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty || _isOpaque)
        {
            return;
        }

        if (!_hasExchange || _answer.IsDone)
        {
            // An answer to no request, as some servers say goodbye (408): nothing is owed either way, but no rule tells what follows.
            _isOpaque = true;
            return;
        }

        // The answer to a request says that the one before was read.
        _wasEarly = !_request.IsDone || (_wasEarly && _answer.HasBegun);
        var beyond = _answer.Take(octets);
        _isOpaque = _answer.IsBroken || !beyond.IsEmpty || (_answer.IsDone && (_answer.Status == 101 || (_request.IsConnect && _answer.Status is >= 200 and < 300)));
    }
}
