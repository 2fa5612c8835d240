using System.Net;

namespace Farewell.Bench.Subjects;

/// <summary>A server that gives back what it is sent.</summary>
internal interface IEchoServer
{
    Task StartAsync(IPEndPoint endPoint);

    /// <summary>Stops in good order, if it has one.</summary>
    /// <returns>What to say of it.</returns>
    Task<string> StopAsync();
}
