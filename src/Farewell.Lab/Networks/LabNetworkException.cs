namespace Farewell.Lab.Networks;

/// <summary>The lab's network could not be set up; the message names what was refused and what would permit it.</summary>
/// <param name="message">Cause and remedy.</param>
/// <param name="inner">What was thrown below, if anything.</param>
public sealed class LabNetworkException(string message, Exception? inner = null) : Exception(message, inner);
