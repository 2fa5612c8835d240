using Farewell.Departures;
using Farewell.Http;

namespace Farewell.Lab.Strategies.HttpClients;

/// <summary>A strategy of HttpClient whose handler uses Farewell.</summary>
internal abstract class FarewellHttpStrategy(Departure departure) : HttpClientStrategy
{
    /// <summary>One more handler.</summary>
    protected SocketsHttpHandler Handler() => new SocketsHttpHandler().UseFarewell(options => options.Departure = departure);
}
