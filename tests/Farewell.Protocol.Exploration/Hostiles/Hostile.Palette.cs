using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>The frames that a hostile peer may say: every type, and every way in which one can be wrong.</summary>
internal sealed partial class Hostile
{
    /// <summary>One of each type, as it would be in order.</summary>
    private const int Types = 18;

    /// <summary>The first of the two replies.</summary>
    private const int Reply = 6;

    private const int WrongCounts = 13;

    private const int Frames = Types + 41;

    private byte[] Frame(int choice) => choice switch
    {
        0 => FrameBytes.Greeting(_peerHello),
        1 => FrameBytes.Of(FrameType.Message, FrameFlags.None, 1, 2),
        2 => FrameBytes.Of(FrameType.Message, FrameFlags.More, 1, 2),
        3 => FrameBytes.Of(FrameType.Ask, FrameFlags.None, 1, 2),
        4 => FrameBytes.Of(FrameType.Ask, FrameFlags.Nested, 1, 2),
        5 => FrameBytes.Of(FrameType.Ask, FrameFlags.More, 1, 2),
        6 => FrameBytes.Of(FrameType.Answer, _speaker.AskToReply, _speaker.MessagesRead),
        7 => FrameBytes.Of(FrameType.Refused, FrameFlags.None, 0, 0, 0, (byte)_speaker.AskToReply, 3),
        8 => FrameBytes.Of(FrameType.Cancel, _speaker.AsksMade),
        9 => FrameBytes.Of(FrameType.Ping, 7),
        10 => FrameBytes.Of(FrameType.Pong, _speaker.PingRead, _speaker.MessagesRead),
        11 => FrameBytes.Of(FrameType.Credit, _speaker.MessagesRead, _speaker.MessageCostRead),
        12 => FrameBytes.Of(FrameType.Part, FrameFlags.None, 3),
        13 => FrameBytes.Of(FrameType.Dismiss, 0x05000000, _peerHello.Grace, uint.MaxValue),
        14 => FrameBytes.Of(FrameType.Done, 0, _speaker.MessagesRead, _speaker.AsksRead, 0),
        15 => FrameBytes.Of(FrameType.Goodbye, _speaker.MessagesRead),
        16 => FrameBytes.Of((FrameType)0x90, (FrameFlags)0xFF, 1, 2, 3),
        17 => FrameBytes.Of((FrameType)0x20, FrameFlags.None),
        < Types + WrongCounts => WrongCount(choice - Types),
        < Types + 22 => WrongShape(choice - Types - WrongCounts),
        < Types + 31 => WrongHello(choice - Types - 22),
        _ => Large(choice - Types - 31),
    };

    private byte[] WrongCount(int choice) => choice switch
    {
        0 => FrameBytes.Of(FrameType.Answer, _speaker.AskToReply, _speaker.MessagesRead + 1),
        1 => FrameBytes.Of(FrameType.Answer, _speaker.AsksReplied, _speaker.MessagesRead),
        2 => FrameBytes.Of(FrameType.Refused, FrameFlags.None, 0, 0, 0, (byte)_speaker.AsksReplied, 3),
        3 => FrameBytes.Of(FrameType.Cancel, _speaker.AsksMade + 1),
        4 => FrameBytes.Of(FrameType.Pong, _speaker.PingRead + 1, _speaker.MessagesRead),
        5 => FrameBytes.Of(FrameType.Pong, _speaker.PingRead, _speaker.MessagesRead + 1),
        6 => FrameBytes.Of(FrameType.Credit, _speaker.Confirmed - 1, 0),
        7 => FrameBytes.Of(FrameType.Credit, _speaker.MessagesRead, _speaker.MessageCostRead + 1),
        8 => FrameBytes.Of(FrameType.Done, 0, _speaker.MessagesRead, _speaker.AsksRead + 1, 0),
        9 => FrameBytes.Of(FrameType.Done, 0, _speaker.MessagesRead, _speaker.AsksReplied - 1, 0),
        10 => FrameBytes.Of(FrameType.Done, 0, _speaker.MessagesRead, _speaker.AsksRead, _speaker.MessageCostRead + 1),
        11 => FrameBytes.Of(FrameType.Credit, _speaker.MessagesRead + 1, 0),
        _ => FrameBytes.Of(FrameType.Goodbye, _speaker.MessagesRead + 1),
    };

    private static byte[] WrongShape(int choice) => choice switch
    {
        0 => FrameBytes.Of(FrameType.Message, FrameFlags.Nested, 1),
        1 => FrameBytes.Of(FrameType.Ping, FrameFlags.More, 0, 0, 0, 7),
        2 => FrameBytes.Of(FrameType.Ping, FrameFlags.None, 0, 0, 7),
        3 => FrameBytes.Of(FrameType.Message, FrameFlags.More),
        4 => FrameBytes.Of(FrameType.Part, FrameFlags.None),
        5 => FrameBytes.Of(FrameType.Part, FrameFlags.More),
        6 => FrameBytes.Of(FrameType.Answer, FrameFlags.More, 0, 0, 0, 1, 0, 0, 0, 0),
        7 => FrameBytes.Of(FrameType.Cancel, FrameFlags.None, new byte[256]),
        _ => FrameBytes.Of(FrameType.Done, FrameFlags.None, new byte[15]),
    };

    private byte[] WrongHello(int choice)
    {
        var hello = FrameBytes.Greeting(choice switch
        {
            0 => _peerHello with { Role = _session.Role },
            1 => _peerHello with { LowestVersion = 2, HighestVersion = 3 },
            2 => _peerHello with { LowestVersion = 1, HighestVersion = 0 },
            3 => _peerHello with { Role = (Role)2 },
            4 => _peerHello with { Hard = _peerHello.Grace - 1 },
            5 => _peerHello with { Largest = 0 },
            7 => _peerHello with { Role = _session.Role, LowestVersion = 2, HighestVersion = 3 },
            6 => _peerHello with { Window = _peerHello.Largest + 63 },
            _ => _peerHello,
        });
        hello[7] = (byte)(choice == 8 ? 'l' : 'L');
        return hello;
    }

    private static byte[] Large(int choice) => choice switch
    {
        0 => FrameBytes.Of(FrameType.Message, FrameFlags.None, new byte[900]),
        1 => FrameBytes.Of(FrameType.Message, FrameFlags.None, new byte[961]),
        2 => FrameBytes.Of(FrameType.Ask, FrameFlags.None, new byte[900]),
        3 => FrameBytes.Of(FrameType.Ask, FrameFlags.Nested, new byte[961]),
        4 => FrameBytes.Of(FrameType.Part, FrameFlags.More, new byte[500]),
        5 => FrameBytes.Of(FrameType.Part, FrameFlags.None, new byte[959]),
        6 => FrameBytes.Of(FrameType.Message, FrameFlags.More, new byte[450]),
        7 => FrameBytes.Of(FrameType.Part, FrameFlags.None, new byte[500]),
        8 => FrameBytes.Of(FrameType.Done, 0x06010000, 0, 0, 0),
        _ => FrameBytes.Of(FrameType.Answer, FrameFlags.None, [0, 0, 0, 1, .. new byte[965]]),
    };
}
