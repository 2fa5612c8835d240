using System.Net;
using System.Runtime.Versioning;
using Farewell.Observation.Linux;

namespace Farewell.Observation.Tests.Events;

[SupportedOSPlatform("linux")]
public sealed class DestroyNotificationsTests
{
    [Fact]
    public void EverySocketDestroyed_IsTold()
    {
        const int pairs = 50;
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        using var notices = network.Namespace.Run(DestroyNotifications.Open);
        for (var pair = 0; pair < pairs; pair++)
        {
            network.ActiveClose(IPAddress.Loopback, listener);
        }

        Eventually.Holds(
            () =>
            {
                notices.Read((in _) => true);
                return notices.Received == 2 * pairs;
            },
            () => $"{2 * pairs} notices, not {notices.Received}");
        notices.Overflows.ShouldBe(0);
    }

    [Fact]
    public void WhatAFullQueueLost_IsTold()
    {
        using var network = new PrivateNetwork();
        var listener = network.Listen(IPAddress.Loopback);
        using var notices = network.Namespace.Run(() => DestroyNotifications.Open(queueOctets: 4096));
        using var all = network.Namespace.Run(DestroyNotifications.Open);
        for (var pair = 0; pair < 50; pair++)
        {
            network.ActiveClose(IPAddress.Loopback, listener);
        }

        // A worker of the kernel's sends them, sooner or later: the small queue is read only when all are sent.
        Eventually.Holds(
            () =>
            {
                all.Read((in _) => true);
                return all.Received == 100;
            },
            () => $"100 notices, not {all.Received}");
        while (notices.Read((in _) => true))
        {
        }

        notices.Overflows.ShouldBeGreaterThan(0);
        notices.Received.ShouldBeLessThan(100);
    }
}
