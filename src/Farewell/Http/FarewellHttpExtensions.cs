namespace Farewell.Http;

/// <summary>Chooses how the connections of an <see cref="HttpClient"/> end.</summary>
public static class FarewellHttpExtensions
{
    /// <summary>
    /// From now on a connection that the handler lets go ends as chosen: by a FIN while ports are plenty, beyond that without a TIME_WAIT where nothing can be lost. Nothing else changes: a request is
    /// never followed by a FIN before its answer was read or given up.
    /// </summary>
    /// <param name="handler">
    /// The handler, before its first request. A <see cref="SocketsHttpHandler.ConnectCallback"/> and a <see cref="SocketsHttpHandler.PlaintextStreamFilter"/> that it has are called as before; set
    /// them before this call, since they would replace it after. HTTP/3 is not TCP and not affected.
    /// </param>
    /// <param name="options">How; null for the defaults. They are read now. A second call replaces those of the first.</param>
    /// <returns>The handler.</returns>
    /// <exception cref="InvalidOperationException">The handler has sent a request already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static SocketsHttpHandler UseFarewell(this SocketsHttpHandler handler, HttpFarewellOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new();
        options.Validate();
        var before = handler.ConnectCallback?.Target as Connector;
        var connector = new Connector(options, before is null ? handler.ConnectCallback : before.Connect, before is null ? handler.PlaintextStreamFilter : before.Filter);
        handler.ConnectCallback = connector.ConnectAsync;
        handler.PlaintextStreamFilter = connector.FilterAsync;
        return handler;
    }

    /// <inheritdoc cref="UseFarewell(SocketsHttpHandler, HttpFarewellOptions?)"/>
    /// <param name="handler">The handler, before its first request.</param>
    /// <param name="configure">Sets the options.</param>
    public static SocketsHttpHandler UseFarewell(this SocketsHttpHandler handler, Action<HttpFarewellOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new HttpFarewellOptions();
        configure(options);
        return handler.UseFarewell(options);
    }
}
