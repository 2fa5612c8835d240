using Farewell.Observation.Readings;

namespace Farewell.Observation.Findings;

/// <summary>Sockets that bind their port starve those that do not.</summary>
internal static class BoundPortFindings
{
    public static IEnumerable<Finding> Find(MachineReading reading, Thresholds limits)
    {
        var dialled = reading.Budgets.Sum(b => b.Bound);
        var held = dialled + reading.HeldByBind;
        if (reading.Range.Usable == 0 || held < limits.BoundShare * reading.Range.Usable)
        {
            yield break;
        }

        var left = Math.Max(0, reading.Range.Usable - held);
        var top = reading.Budgets.Where(b => b.Bound > 0).OrderByDescending(b => b.Bound).FirstOrDefault();
        yield return new(
            FindingCatalog.BoundPorts, left == 0 ? Severity.Critical : Severity.Warning,
            $"sockets that bound their port hold {Phrase.Count(held)} of {Phrase.Count(reading.Range.Usable)} ephemeral ports: {Phrase.Count(left)} are left for every other connect(), to any destination",
            new Dictionary<string, object>
            {
                ["boundAndConnected"] = dialled,
                ["boundAndIdle"] = reading.HeldByBind,
                ["usable"] = reading.Range.Usable,
                ["leftForConnect"] = left,
                ["topDestination"] = top?.Destination.ToString() ?? "",
            },
            "A port taken by bind(), whether by number or bind(address, 0), is skipped by every plain connect() of this network namespace as long as any socket, live or in TIME_WAIT, "
            + (top is null
                ? "sits on it. These sockets are bound and not connected."
                : $"sits on it. Most of them go to {top.Destination}, dialled by {Phrase.Who(reading.OwnersOf(top))}. (Told by the kernel for live sockets with a numbered port, inferred from the place in the range for the others.)"),
            "In the code: set IP_BIND_ADDRESS_NO_PORT before Bind(address, 0) (socket.SetRawSocketOption(0, 24, BitConverter.GetBytes(1))), or do not bind; take ports that must have a number "
            + "outside net.ipv4.ip_local_port_range. As a stopgap, for programs that set SO_REUSEADDR as .NET does: sysctl -w net.ipv4.ip_autobind_reuse=1.",
            $"With IP_BIND_ADDRESS_NO_PORT each destination has its own {Phrase.Count(reading.Range.Usable - reading.HeldByBind)} ports again, instead of one pool of {Phrase.Count(left)} for all that is left.");
    }
}
