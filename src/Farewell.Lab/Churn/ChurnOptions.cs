using Farewell.Lab.Strategies;

namespace Farewell.Lab.Churn;

/// <summary>What a churn run is to do.</summary>
/// <param name="Strategies">The strategies, one after another.</param>
/// <param name="Seconds">How long each runs. A TIME-WAIT lasts 60 to 62 s, so that a steady rate shows after some 65 s.</param>
/// <param name="Ports">How many ephemeral ports the client's host has, 16 to 28,232.</param>
/// <param name="Workers">How many connections are opened at a time.</param>
public sealed record ChurnOptions(IReadOnlyList<SocketStrategy> Strategies, int Seconds = 70, int Ports = 8000, int Workers = 4);
