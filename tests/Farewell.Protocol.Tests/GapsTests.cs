using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

public sealed class GapsTests
{
    [Fact]
    public void NumbersAndQuestions_AreAsWithoutAnyForgetting()
    {
        var random = new Random(1);
        var gaps = new Gaps();
        List<uint> sent = [];
        HashSet<uint> dropped = [];
        for (uint number = 1; number <= 800; number++)
        {
            if (random.Next(3) == 0)
            {
                gaps.Add(number, (uint)sent.Count, 0);
                dropped.Add(number);
            }
            else
            {
                sent.Add(number);
            }
        }

        gaps.NumberOf(0).ShouldBe(0u);
        Enumerable.Range(1, sent.Count).ShouldAllBe(place => gaps.NumberOf((uint)place) == sent[place - 1]);
        Enumerable.Range(0, 801).ShouldAllBe(number => gaps.Contains((uint)number) == dropped.Contains((uint)number));
    }

    [Fact]
    public void WhatIsForgotten_CountsAsDropped_AndTheNumbersStayRight()
    {
        var gaps = new Gaps();
        uint number = 0;
        for (uint sent = 1; sent <= 5000; sent++)
        {
            gaps.NumberOf(sent - 1).ShouldBe(number == 0 ? 0 : number);
            gaps.Add(++number, sent - 1, sent - 1);
            gaps.NumberOf(sent).ShouldBe(++number);
        }

        gaps.Contains(1).ShouldBeTrue();
        gaps.Contains(2).ShouldBeTrue("so long ago that it is not known");
        gaps.Contains(number).ShouldBeFalse();
        gaps.Contains(number - 1).ShouldBeTrue();
    }
}
