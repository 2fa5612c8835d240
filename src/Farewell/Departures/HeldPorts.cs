using Farewell.Tcp;

namespace Farewell.Departures;

/// <summary>The TIME_WAITs held towards one destination.</summary>
/// <param name="Source">The local address; its port is 0.</param>
/// <param name="Destination">The remote endpoint.</param>
/// <param name="TimeWaits">How many, as far as the chooser knows.</param>
/// <param name="Limit">The ports there are: <see cref="DepartureOptions.Budget"/>.</param>
public readonly record struct HeldPorts(Endpoint Source, Endpoint Destination, int TimeWaits, int Limit);
