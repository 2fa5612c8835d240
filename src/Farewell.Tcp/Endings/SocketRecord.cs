namespace Farewell.Tcp.Endings;

/// <summary>What the socket and the kernel of one side have reported so far; the numbers say in which order, 0 is never.</summary>
internal struct SocketRecord
{
    public int Closed;
    public int Aborted;
    public int EndOfStream;
    public int ResetSeen;
    public bool Refused;
    public bool TimedOut;
    public bool Overflow;
    public bool SawTimeWait;
    public bool SawPassiveClose;
    public bool SawClosing;
    public TcpState? LastState;

    public void Take(in CloseEvent item, int order)
    {
        switch (item.Kind)
        {
            case CloseEventKind.Closed:
                First(ref Closed, order);
                break;
            case CloseEventKind.Aborted:
                First(ref Aborted, order);
                break;
            case CloseEventKind.EndOfStream:
                // A reset that an earlier call consumed makes a later read look like the end of the stream: it is none.
                if (ResetSeen == 0)
                {
                    First(ref EndOfStream, order);
                }

                break;
            case CloseEventKind.ResetSeen:
                First(ref ResetSeen, order);
                break;
            case CloseEventKind.Refused:
                Refused = true;
                break;
            case CloseEventKind.TimedOut:
                TimedOut = true;
                break;
            case CloseEventKind.Overflow:
                Overflow = true;
                break;
            case CloseEventKind.State:
                LastState = item.State;
                SawTimeWait |= item.State == TcpState.TimeWait;
                SawPassiveClose |= item.State is TcpState.CloseWait or TcpState.LastAck;
                SawClosing |= item.State == TcpState.Closing;
                break;
        }
    }

    private static void First(ref int slot, int order) => slot = slot == 0 ? order : slot;
}
