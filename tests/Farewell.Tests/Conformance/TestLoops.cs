using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Carriers;
using Farewell.Engine;
using Farewell.Timing;

namespace Farewell.Tests.Conformance;

/// <summary>Two event loops, so that the two sides of a connection are on different ones.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TestLoops : IDisposable
{
    private readonly DeadlineWheel _wheel = new(TimeProvider.System);
    private readonly EventLoops _loops;

    public TestLoops() => _loops = new EventLoops("test", 2, _wheel, Loopback.Patient);

    public Transport Take(Socket socket) => _loops.Take(socket);

    public void Dispose()
    {
        _loops.Dispose();
        _wheel.Dispose();
    }
}
