using System.Runtime.InteropServices;

namespace Farewell.Observation.Linux;

/// <summary>Turns an errno into an exception that names the cause and the remedy.</summary>
internal static class Refusal
{
    private const string Enter =
        "Run as root, or in a user namespace of your own: unshare -Urn COMMAND (where kernel.unprivileged_userns_clone, "
        + "kernel.apparmor_restrict_unprivileged_userns or user.max_user_namespaces forbid it, only root can).";

    /// <summary>The kernel would not give its connection table.</summary>
    public static ObservationException OfTable(int errno) => errno switch
    {
        Errno.ENOENT => new(ObservationFailure.Unsupported, "This kernel has no sock_diag for TCP (ENOENT).",
            "Load it: modprobe tcp_diag."),
        Errno.EAFNOSUPPORT or Errno.EPROTONOSUPPORT or Errno.EINVAL or Errno.EOPNOTSUPP => new(ObservationFailure.Unsupported,
            $"This kernel, or the sandbox around it, does not offer sock_diag as asked ({Text(errno)})."),
        Errno.EPERM or Errno.EACCES => new(ObservationFailure.NotPermitted,
            $"A security policy forbids reading the connection table ({Text(errno)}).",
                "Allow NETLINK_SOCK_DIAG in the seccomp profile or the SELinux policy."),
        Errno.EAGAIN => new(ObservationFailure.Failed, "The kernel stopped answering in the middle of its connection table.",
            "Open the table again."),
        _ => new(ObservationFailure.Failed, $"The kernel could not give its connection table: {Text(errno)}."),
    };

    /// <summary>The kernel would not make a network namespace.</summary>
    public static ObservationException OfUnshare(int errno) => errno switch
    {
        Errno.EPERM => new(ObservationFailure.NotPermitted,
            "A new network namespace needs CAP_SYS_ADMIN in the user namespace, which this process lacks (unshare: EPERM).", Enter),
        Errno.ENOSPC => new(ObservationFailure.Failed,
            "This user may have no more network namespaces (unshare: ENOSPC).",
                "Raise user.max_net_namespaces, or end the processes that hold some."),
        Errno.EINVAL => new(ObservationFailure.Unsupported, "This kernel was built without network namespaces (unshare: EINVAL; CONFIG_NET_NS)."),
        _ => new(ObservationFailure.Failed, $"The kernel made no network namespace: {Text(errno)}."),
    };

    /// <summary>The kernel would not let this process into a network namespace.</summary>
    public static ObservationException OfEntering(string what, int errno) => errno switch
    {
        Errno.ENOENT or Errno.ESRCH => new(ObservationFailure.NotFound, $"There is no {what} ({Text(errno)})."),
        Errno.EPERM or Errno.EACCES => new(ObservationFailure.NotPermitted,
            $"Entering the {what} needs CAP_SYS_ADMIN in the user namespace that owns it, and the right to trace its process "
            + $"({Text(errno)}).",
            "Run as root, or from within its user namespace: nsenter -U -t PID."),
        _ => new(ObservationFailure.Failed, $"The kernel did not let us into the {what}: {Text(errno)}."),
    };

    private static string Text(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)}, errno {errno}";
}
