using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Farewell.Sockets;

namespace Farewell.Bench.Subjects;

/// <summary>Plain sockets at their fastest: receives by event arguments, sends that do not wait. It speaks lengths, or Farewell's frames as far as the limit does.</summary>
internal sealed class EventArgsEcho(bool speaksFrames) : IEchoServer
{
    public Task StartAsync(IPEndPoint endPoint)
    {
        _ = AcceptAsync(Listening.At(endPoint));
        return Task.CompletedTask;
    }

    public Task<string> StopAsync() => Task.FromResult("no stop");

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            socket.Blocking = false;
            var peer = new Peer(socket, speaksFrames);
            ThreadPool.UnsafeQueueUserWorkItem(static peer => peer.Run(), peer, preferLocal: false);
        }
    }

    private sealed class Peer : SocketAsyncEventArgs
    {
        private readonly Socket _socket;
        private readonly bool _speaksFrames;
        private readonly byte[] _in = new byte[16 * 1024];
        private readonly byte[] _out = new byte[20 * 1024];
        private int _have;
        private uint _asks;

        public Peer(Socket socket, bool speaksFrames)
            : base(true) => (_socket, _speaksFrames) = (socket, speaksFrames);

        public void Run()
        {
            do
            {
                SetBuffer(_in, _have, _in.Length - _have);
            }
            while (!_socket.ReceiveAsync(this) && Take());
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            if (Take())
            {
                Run();
            }
        }

        private bool Take()
        {
            if (SocketError != SocketError.Success)
            {
                EndSocket.Abort(_socket);
                return false;
            }

            if (BytesTransferred == 0)
            {
                EndSocket.Passive(_socket);
                return false;
            }

            _have += BytesTransferred;
            var (taken, said) = _speaksFrames ? Frames() : Lengths();
            _in.AsSpan(taken, _have - taken).CopyTo(_in);
            _have -= taken;
            if (said > 0 && _socket.Send(_out.AsSpan(0, said), SocketFlags.None, out _) != said)
            {
                EndSocket.Abort(_socket);
                return false;
            }

            return true;
        }

        private (int Taken, int Said) Lengths()
        {
            var whole = Messages.Whole(_in.AsSpan(0, _have));
            _in.AsSpan(0, whole).CopyTo(_out);
            return (whole, whole);
        }

        private (int Taken, int Said) Frames()
        {
            var (at, said) = (0, 0);
            while (_have - at >= 4 && BinaryPrimitives.ReadUInt16BigEndian(_in.AsSpan(at + 2)) is var length && _have - at >= 4 + length)
            {
                said += Answer(_in[at], _in.AsSpan(at + 4, length), _out.AsSpan(said));
                at += 4 + length;
            }

            return (at, said);
        }

        private int Answer(byte type, ReadOnlySpan<byte> body, Span<byte> output)
        {
            switch (type)
            {
                case 1:
                    ReadOnlySpan<byte> hello = [1, 0, 0, 28, (byte)'F', (byte)'R', (byte)'W', (byte)'L', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x13, 0x88, 0, 0, 0x27, 0x10, 0, 0x10, 0, 0, 0, 0x20, 0, 0];
                    hello.CopyTo(output);
                    return hello.Length;
                case 3:
                    Header(output, 4, 8 + body.Length);
                    BinaryPrimitives.WriteUInt32BigEndian(output[4..], ++_asks);
                    BinaryPrimitives.WriteUInt32BigEndian(output[8..], 0);
                    body.CopyTo(output[12..]);
                    return 12 + body.Length;
                case 12:
                    Header(output, 13, 4);
                    output.Slice(4, 4).Clear();
                    return 8;
                default:
                    return 0;
            }
        }

        private static void Header(Span<byte> output, byte type, int length)
        {
            (output[0], output[1]) = (type, 0);
            BinaryPrimitives.WriteUInt16BigEndian(output[2..], (ushort)length);
        }
    }
}
