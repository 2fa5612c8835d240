namespace Farewell.Hosting;

/// <summary>A <see cref="MessageHandler"/> as a class, for dependency injection. One instance serves all sessions, so it may be called by many at a time.</summary>
public interface IMessageHandler
{
    /// <summary>Handles a message or an ask: as <see cref="MessageHandler"/>.</summary>
    ValueTask HandleAsync(FarewellSession session, Message message);
}
