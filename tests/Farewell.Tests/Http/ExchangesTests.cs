using System.Text;
using Farewell.Http;
using Farewell.Http.Exchanges;

namespace Farewell.Tests.Http;

/// <summary>What a connection is in the midst of, told from its octets however they are cut.</summary>
public sealed class ExchangesTests
{
    private const string Get = "> GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Post = "> POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n";
    private const string Ok = "< HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";

    [Theory]
    [InlineData(HttpUse.Unused)]
    [InlineData(HttpUse.GivenUp, "> GET / HT")]
    [InlineData(HttpUse.GivenUp, Get)]
    [InlineData(HttpUse.GivenUp, Get, "< HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")]
    [InlineData(HttpUse.Idle, Get, Ok)]
    [InlineData(HttpUse.Idle, Get, Ok, Get, Ok)]
    [InlineData(HttpUse.GivenUp, Get, Ok, Get)]
    [InlineData(HttpUse.Idle, Get, "< \r\nHTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData(HttpUse.Idle, Get, "< HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n")]
    [InlineData(HttpUse.Idle, "> HEAD / HTTP/1.1\r\n\r\n", "< HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")]
    [InlineData(HttpUse.Idle, Get, "< HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n")]
    [InlineData(HttpUse.GivenUp, Get, "< HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")]
    [InlineData(HttpUse.Idle, Get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n")]
    [InlineData(HttpUse.Idle, Get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\r\n\r\n0\r\nTrailer: a\r\n\r\n")]
    [InlineData(HttpUse.GivenUp, Get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nTrailer: a\r\n")]
    [InlineData(HttpUse.GivenUp, Get, "< HTTP/1.1 200 OK\r\n\r\nuntil the end")]
    [InlineData(HttpUse.Reading, Post)]
    [InlineData(HttpUse.Reading, Post, "> ab")]
    [InlineData(HttpUse.Reading, Post, "> abc")]
    [InlineData(HttpUse.Idle, Post, "> abc", Ok)]
    [InlineData(HttpUse.Reading, Post, "> ab", Ok)] // answered before it was written whole
    [InlineData(HttpUse.Reading, Post, "> ab", Ok, "> c")] // and the server may read on
    [InlineData(HttpUse.Reading, Post, "> ab", Ok, "> c", Get)]
    [InlineData(HttpUse.Idle, Post, "> ab", Ok, "> c", Get, Ok)] // until it answers the next one
    [InlineData(HttpUse.Reading, "> POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    [InlineData(HttpUse.Idle, "> POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", Ok)]
    [InlineData(HttpUse.Idle, "> POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", Ok)]
    [InlineData(HttpUse.Opaque, "> GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "< HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData(HttpUse.Opaque, "> CONNECT a:443 HTTP/1.1\r\n\r\n", "< HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData(HttpUse.Idle, "> CONNECT a:443 HTTP/1.1\r\n\r\n", "< HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")]
    [InlineData(HttpUse.Opaque, "< HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(HttpUse.Opaque, Get, Ok, "< x")]
    [InlineData(HttpUse.Opaque, Get, "< HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData(HttpUse.Opaque, Get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n")]
    [InlineData(HttpUse.Opaque, Get, "< HTTP/1.1 2x\r\n\r\n")]
    public void Http1(HttpUse expected, params string[] talk)
    {
        foreach (var size in (int[])[1, 2, 7, 4096])
        {
            var watch = new Http1Exchanges();
            foreach (var said in talk)
            {
                Say(watch, said[0] == '>', Encoding.ASCII.GetBytes(said[2..]), size);
            }

            watch.Use.ShouldBe(expected, $"in pieces of {size}");
        }
    }

    // Frames as type, flags (e: END_STREAM), stream.
    [Theory]
    [InlineData(HttpUse.Unused, "")]
    [InlineData(HttpUse.Unused, "> settings . 0", "< settings . 0")]
    [InlineData(HttpUse.GivenUp, "> headers e 1")]
    [InlineData(HttpUse.GivenUp, "> headers e 1", "< headers . 1", "< data . 1")]
    [InlineData(HttpUse.Idle, "> headers e 1", "< headers . 1", "< data e 1")]
    [InlineData(HttpUse.Idle, "> headers e 1", "< headers e 1", "> ping . 0")]
    [InlineData(HttpUse.GivenUp, "> headers e 1", "> headers e 3", "< headers e 1")]
    [InlineData(HttpUse.Idle, "> headers e 1", "> headers e 3", "< headers e 3", "< headers e 1")]
    [InlineData(HttpUse.Reading, "> headers . 1")]
    [InlineData(HttpUse.Reading, "> headers . 1", "> data e 1", "< headers . 1")]
    [InlineData(HttpUse.Idle, "> headers . 1", "> data . 1", "> data e 1", "< headers e 1")]
    [InlineData(HttpUse.Idle, "> headers . 1", "> headers e 1", "< headers e 1")] // trailers
    [InlineData(HttpUse.Reading, "> headers . 1", "< headers e 1")]
    [InlineData(HttpUse.Reading, "> headers . 1", "< headers e 1", "> data e 1")] // answered early, and read on perhaps
    [InlineData(HttpUse.Idle, "> headers . 1", "< headers e 1", "< reset . 1")] // answered early, and read no more
    [InlineData(HttpUse.Idle, "> headers . 1", "< reset . 1", "> data . 1")] // what was on its way counts for nothing
    [InlineData(HttpUse.Idle, "> headers . 1", "> reset . 1", "< headers . 1")] // taken back
    [InlineData(HttpUse.Reading, "> headers e 1", "> headers . 3")]
    public void Http2(HttpUse expected, params string[] frames)
    {
        foreach (var size in (int[])[1, 4, 4096])
        {
            var watch = new Http2Exchanges();
            Say(watch, true, Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), size);
            foreach (var frame in frames.Where(frame => frame.Length > 0))
            {
                Say(watch, frame[0] == '>', Frame(frame), size);
            }

            watch.Use.ShouldBe(expected, $"in pieces of {size}");
        }
    }

    [Fact]
    public void Http2_TellsRequestsFromWhatConnectionsSayAmongThemselves()
    {
        var watch = new Http2Exchanges();
        watch.Written(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).ShouldBeFalse();
        watch.Written(Frame("> settings . 0")).ShouldBeFalse();
        var headers = Frame("> headers . 1");
        watch.Written(headers.AsSpan(0, 9)).ShouldBeTrue();
        watch.Written(headers.AsSpan(9)).ShouldBeTrue("the rest of the frame");
        watch.Written(Frame("> ping . 0")).ShouldBeFalse();
        watch.Written((byte[])[.. Frame("> ping . 0"), .. Frame("> data e 1")]).ShouldBeTrue();
        watch.Written(Frame("> window . 0")).ShouldBeFalse();
    }

    private static void Say(ExchangeWatch watch, bool written, byte[] octets, int size)
    {
        foreach (var piece in octets.Chunk(size))
        {
            if (written)
            {
                watch.Written(piece);
            }
            else
            {
                watch.Read(piece);
            }
        }
    }

    private static byte[] Frame(string text)
    {
        var words = text.Split(' ');
        byte type = words[1] switch { "data" => 0, "headers" => 1, "reset" => 3, "settings" => 4, "ping" => 6, "window" => 8, var other => throw new ArgumentException(other) };
        return [0, 0, 13, type, words[2] == "e" ? (byte)1 : (byte)0, 0, 0, 0, byte.Parse(words[3]), .. new byte[13]];
    }
}
