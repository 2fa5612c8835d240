using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>
/// Counts every turn of every loop of a core that is compiled for a trial, and throws when there have been too many: a weakened core may go round for ever, and a thread
/// cannot be stopped from outside. Whatever loops in the exploration calls the core, so that is cut too. It is a count and no clock, so a slow machine changes nothing.
/// </summary>
internal sealed class LoopBudget : CSharpSyntaxRewriter
{
    /// <summary>What the core is given besides its own files. A whole trial of the unweakened core takes 34 million turns.</summary>
    public const string Source = """
        namespace Farewell.Protocol;

        internal static class LoopBudget
        {
            private static long _left = 300_000_000;

            public static void Spend()
            {
                if (--_left < 0)
                {
                    throw new System.InvalidOperationException("a loop comes to an end");
                }
            }
        }
        """;

    private static readonly StatementSyntax Spend = SyntaxFactory.ParseStatement("global::Farewell.Protocol.LoopBudget.Spend();");

    private LoopBudget()
    {
    }

    /// <summary>The same source with each loop counted.</summary>
    public static SyntaxTree Plant(SyntaxTree source) => source.WithRootAndOptions(new LoopBudget().Visit(source.GetRoot()), source.Options);

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) => base.VisitWhileStatement(node.WithStatement(Counted(node.Statement)));

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) => base.VisitDoStatement(node.WithStatement(Counted(node.Statement)));

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) => base.VisitForStatement(node.WithStatement(Counted(node.Statement)));

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) => base.VisitForEachStatement(node.WithStatement(Counted(node.Statement)));

    private static BlockSyntax Counted(StatementSyntax body) => SyntaxFactory.Block(Spend, body);
}
