namespace Farewell.Protocol.Sessions;

/// <summary>What became of one side's messages. Messages are numbered in the order accepted, so, but for those dropped, the first are delivered, the next unconfirmed, the last not sent.</summary>
/// <param name="Delivered">The peer's handlers returned.</param>
/// <param name="Unconfirmed">Written at least in part, and not confirmed.</param>
/// <param name="NotSent">Not written: safe to send elsewhere once the session is over. Those that <see cref="Session.DropOldest"/> dropped are among them.</param>
public readonly record struct Tally(uint Delivered, uint Unconfirmed, uint NotSent);
