using System.Runtime.InteropServices;

namespace Farewell.Observation.Linux;

/// <summary>How far a dump has come.</summary>
internal struct DumpProgress
{
    /// <summary>Rows visited.</summary>
    public int Rows;

    /// <summary>The kernel set NLM_F_DUMP_INTR: the table changed under the dump.</summary>
    public bool Interrupted;

    /// <summary>The visitor wants no more.</summary>
    public bool Stopped;

    /// <summary>The kernel has nothing more to say: the dump ended, well or badly.</summary>
    public bool Done;
}

/// <summary>
/// Parses what one <c>recv</c> on a sock_diag socket returned. Pure: any input ends in progress or in the one documented exception.
/// </summary>
internal static class DumpReply
{
    /// <summary>Visits the rows of one buffer.</summary>
    /// <param name="reply">Whole netlink messages, as a datagram holds them.</param>
    /// <param name="sequence">The dump's own; messages with another are left over from an earlier one and skipped.</param>
    /// <param name="visitor">Takes the rows; null skips them.</param>
    /// <param name="progress">Carried from buffer to buffer; true to itself also when an exception is thrown.</param>
    /// <exception cref="ObservationException">The buffer is not whole netlink messages, or it carries the kernel's refusal.</exception>
    public static void Parse(ReadOnlySpan<byte> reply, uint sequence, ConnectionVisitor? visitor, ref DumpProgress progress)
    {
        while (!reply.IsEmpty && !progress.Done)
        {
            var message = Cut(ref reply);
            if (MemoryMarshal.Read<uint>(message[8..]) != sequence)
            {
                continue;
            }

            progress.Interrupted |= (MemoryMarshal.Read<ushort>(message[6..]) & SockDiag.NLM_F_DUMP_INTR) != 0;
            var body = message[SockDiag.MessageHeaderLength..];
            switch (MemoryMarshal.Read<ushort>(message[4..]))
            {
                case SockDiag.TCPDIAG_GETSOCK:
                case SockDiag.SOCK_DIAG_BY_FAMILY:
                    Visit(body, visitor, ref progress);
                    break;
                case SockDiag.NLMSG_ERROR:
                case SockDiag.NLMSG_DONE:
                    progress.Done = true;
                    ThrowIfRefused(body);
                    break;
                case SockDiag.NLMSG_OVERRUN:
                    throw new ObservationException(ObservationFailure.Failed,
                        "The kernel lost part of the connection table on its way (NLMSG_OVERRUN).",
                        "Read it again.");
            }
        }
    }

    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> reply)
    {
        var length = reply.Length < SockDiag.MessageHeaderLength ? 0 : MemoryMarshal.Read<uint>(reply);
        if (length < SockDiag.MessageHeaderLength || length > reply.Length)
        {
            throw new ObservationException(ObservationFailure.Malformed,
                $"A netlink message says it is {length} octets long, in a reply with {reply.Length} left.");
        }

        var message = reply[..(int)length];
        var aligned = (int)Math.Min((length + 3) & ~3u, (uint)reply.Length);
        reply = reply[aligned..];
        return message;
    }

    private static void Visit(ReadOnlySpan<byte> body, ConnectionVisitor? visitor, ref DumpProgress progress)
    {
        if (body.Length < SockDiag.RowLength)
        {
            throw new ObservationException(ObservationFailure.Malformed,
                $"A row of the connection table is {body.Length} octets long; an inet_diag_msg has {SockDiag.RowLength}.");
        }

        if (visitor is null || progress.Stopped || !DiagRow.TryRead(body, out var connection))
        {
            return;
        }

        progress.Rows++;
        progress.Stopped = !visitor(connection);
    }

    // Both begin with a negative errno, or zero for success: a dump that fails half-way says so in its NLMSG_DONE (netlink_dump_done).
    private static void ThrowIfRefused(ReadOnlySpan<byte> body)
    {
        var error = body.Length < sizeof(int) ? 0 : MemoryMarshal.Read<int>(body);
        if (error < 0)
        {
            throw Refusal.OfTable(error == int.MinValue ? int.MaxValue : -error);
        }
    }
}
