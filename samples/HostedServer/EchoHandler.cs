using Farewell.Hosting;
using Microsoft.Extensions.Logging;

namespace Farewell.Samples.HostedServer;

/// <summary>Answers every ask with itself; what it needs comes from the container.</summary>
public sealed partial class EchoHandler(ILogger<EchoHandler> logger) : IMessageHandler
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            Echoed(message.Payload.Length);
            message.Answer(message.Payload);
        }

        return default;
    }

    [LoggerMessage(1, LogLevel.Debug, "Echoed {Octets} octets")]
    private partial void Echoed(int octets);
}
