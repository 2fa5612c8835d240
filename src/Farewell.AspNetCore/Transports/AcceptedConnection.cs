using System.IO.Pipelines;
using System.Net.Sockets;
using Farewell.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// An accepted connection as Kestrel sees it. In use it does what Kestrel's own does: two pipes and two loops. But its last step is chosen by what was said on it, and taken by <see cref="EndSocket"/>;
/// Kestrel's own begins it with a Shutdown, after which no ending is left to choose.
/// </summary>
internal sealed partial class AcceptedConnection : ConnectionContext
{
    private readonly Socket _socket;
    private readonly TransportShare _share;
    private readonly Partings _partings;
    private readonly bool _waitsForData;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly IDuplexPipe _own;
    private readonly CountingWriter _writer;
    private readonly ConnectionFeatures _features;
    private readonly HttpMark _mark;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _reading = new();
    private readonly Lock _gate = new();
    private IDuplexPipe _transport;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private bool _isTouched;
    private Exception? _aborted;
    private CountingWriter? _secured;
    private ReadOnlyMemory<byte> _protocol;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    public AcceptedConnection(Socket socket, TransportShare share, Partings partings, bool waitsForData)
    {
        (_socket, _share, _partings, _waitsForData) = (socket, share, partings, waitsForData);
        (_input, _output) = (new Pipe(share.Input), new Pipe(share.Output));
        _writer = new CountingWriter(_output.Writer);
        _mark = new HttpMark(_writer);
        _transport = _own = new Duplex(Held(_input.Reader), _writer);
        (LocalEndPoint, RemoteEndPoint, ConnectionClosed) = (socket.LocalEndPoint, socket.RemoteEndPoint, _closed.Token);
        _lastReceived = partings.Clock.GetTimestamp();
        _features = new ConnectionFeatures(this);
        SetFeatures();
    }

    public override string ConnectionId
    {
        get => _id ??= ConnectionNumber.Next();
        set => _id = value;
    }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport
    {
        get
        {
            _isTouched = true;
            return _transport;
        }

        set => _transport = _secured is null && _features.Get<ITlsHandshakeFeature>() is not null ? Secure(value) : value;
    }

    /// <summary>What HTTP has said here.</summary>
    public HttpMark Mark => _mark;

    /// <summary>What keeps a stop from the connection until its time; null where stops are not patient.</summary>
    public HeldStop? Stop { get; private set; }

    public void Start()
    {
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    /// <summary>Resets the connection at once.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        lock (_gate)
        {
            if (_aborted is not null || _isEnding)
            {
                return;
            }

            _aborted = abortReason;
            EndSocket.Abort(_socket);
        }

        _output.Reader.CancelPendingRead();
    }

    /// <summary>Kestrel's TLS puts itself in place of the transport once its handshake has succeeded. What is above it is what HTTP says.</summary>
    private Duplex Secure(IDuplexPipe tls)
    {
        _protocol = _features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        _mark.Output = _secured = new CountingWriter(tls.Output);
        return new Duplex(Held(tls.Input), _secured);
    }

    /// <summary>Kestrel offers its request to wind down, as it takes the connection over.</summary>
    public IConnectionLifetimeNotificationFeature Hold(IConnectionLifetimeNotificationFeature kestrel)
    {
        if (_partings.Options.StopPatience == TimeSpan.Zero)
        {
            return kestrel;
        }

        return _mark.Stop = Stop = new HeldStop(kestrel, this);
    }

    private PipeReader Held(PipeReader input) => _partings.Options.StopPatience > TimeSpan.Zero ? new HeldReader(input, this) : input;

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
