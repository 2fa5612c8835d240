using Farewell.Tests.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>Keeps what Farewell logs, and nothing of the framework's.</summary>
internal sealed class OwnLog : ILoggerFactory
{
    public LogLines Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Farewell", StringComparison.Ordinal) ? Lines : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose() => Lines.Dispose();
}
