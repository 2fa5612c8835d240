namespace Farewell;

/// <summary>Something around every handler: it logs, meters, limits, authenticates, and calls the next, or refuses an ask instead.</summary>
/// <param name="next">What it is around.</param>
public delegate MessageHandler SessionFilter(MessageHandler next);
