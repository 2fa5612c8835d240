namespace Farewell.Sockets;

/// <summary>No caller here has reads of its own.</summary>
public readonly record struct OwnReads;
