using System.Security.Authentication;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of Farewell's server and clients in TLS.</summary>
internal abstract class TlsSessionStrategy : SessionStrategy
{
    protected abstract SslProtocols Protocol { get; }

    protected sealed override void Configure(FarewellServerOptions options) => options.Tls = LabTls.Server(Protocol);

    protected sealed override void Configure(FarewellClientOptions options) => options.Tls = LabTls.Client(Protocol);
}
