using System.Net;
using DotNetty.Codecs;
using DotNetty.Transport.Bootstrapping;
using DotNetty.Transport.Channels;
using DotNetty.Transport.Channels.Sockets;

namespace Farewell.Bench.Subjects;

/// <summary>DotNetty, flushed once a read.</summary>
internal sealed class DotNettyEcho : IEchoServer
{
    public async Task StartAsync(IPEndPoint endPoint)
    {
        var bootstrap = new ServerBootstrap()
            .Group(new MultithreadEventLoopGroup(1), new MultithreadEventLoopGroup(Environment.ProcessorCount))
            .Channel<TcpServerSocketChannel>()
            .Option(ChannelOption.SoBacklog, 4096)
            .ChildOption(ChannelOption.TcpNodelay, true)
            .ChildHandler(new ActionChannelInitializer<ISocketChannel>(static channel =>
                channel.Pipeline.AddLast(new LengthFieldBasedFrameDecoder(1 << 20, 0, 4, 0, 0), new Handler())));
        await bootstrap.BindAsync(endPoint);
    }

    public Task<string> StopAsync() => Task.FromResult("no stop");

    private sealed class Handler : ChannelHandlerAdapter
    {
        public override void ChannelRead(IChannelHandlerContext context, object message) => _ = context.WriteAsync(message);

        public override void ChannelReadComplete(IChannelHandlerContext context) => context.Flush();

        public override void ExceptionCaught(IChannelHandlerContext context, Exception exception) => _ = context.CloseAsync();
    }
}
