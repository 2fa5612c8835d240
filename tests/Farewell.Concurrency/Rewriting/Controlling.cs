using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Farewell.Concurrency.Rewriting;

/// <summary>
/// Puts a file of the library under control: locks, awaits, pools and tokens become stand-ins, and before every statement is a point that tells which fields it touches. What has a name of its
/// own in <c>System.Threading</c> or <c>System.Net.Sockets</c> is not changed here but bound to its stand-in by a global alias.
/// </summary>
internal sealed class Controlling(SemanticModel model, string file) : CSharpSyntaxRewriter
{
    private const string Control = "global::Farewell.Concurrency.Control";

    private readonly Accesses _accesses = new(model);

    public override SyntaxNode? VisitBlock(BlockSyntax node) =>
        node.Parent is BaseMethodDeclarationSyntax { RawKind: (int)SyntaxKind.ConstructorDeclaration } ? base.VisitBlock(node) : node.WithStatements(WithPoints(node.Statements));

    public override SyntaxNode? VisitSwitchSection(SwitchSectionSyntax node) => ((SwitchSectionSyntax)base.VisitSwitchSection(node)!).WithStatements(WithPoints(node.Statements));

    public override SyntaxNode? VisitLockStatement(LockStatementSyntax node)
    {
        var enter = ParseExpression($"{Control}.Gate.Enter({node.Expression}, \"{Where(node)}\")");
        return UsingStatement(null, enter, (StatementSyntax)Visit(node.Statement)!).NormalizeWhitespace();
    }

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        if (node is { Body: null, ExpressionBody: null } && node.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            // A generator writes it: log messages, and what is imported from the C library.
            var isVoid = node.ReturnType.ToString() == "void";
            return node.WithAttributeLists([]).WithParameterList(WithoutAttributes(node.ParameterList)).WithModifiers([.. node.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PartialKeyword))])
                .WithBody(isVoid ? Block() : Block(ParseStatement("throw new System.NotSupportedException();"))).WithSemicolonToken(default);
        }

        return base.VisitMethodDeclaration(node);
    }

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        var call = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
        return call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } && call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax }]
            ? call.WithArgumentList(ArgumentList([Argument(LiteralExpression(SyntaxKind.TrueLiteralExpression))]))
            : call;
    }

    public override SyntaxNode? VisitMemberAccessExpression(MemberAccessExpressionSyntax node)
    {
        var access = (MemberAccessExpressionSyntax)base.VisitMemberAccessExpression(node)!;
        return access.ToString() switch
        {
            "ConfigureAwaitOptions.SuppressThrowing" => ParseExpression("ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext"),
            "Random.Shared" => ParseExpression($"{Control}.Chance.Shared"),
            "ArrayPool<byte>.Shared" => ParseExpression($"{Control}.BytePool.Shared"),
            "Task.WhenAny" => ParseExpression($"{Control}.Tasks.WhenAny"),
            "Task.WhenAll" => ParseExpression($"{Control}.Tasks.WhenAll"),
            _ => access.Name.Identifier.Text switch
            {
                "WaitAsync" => access.WithName(IdentifierName("WaitControlledAsync")),
                "UnsafeRegister" => access.WithName(IdentifierName("RegisterControlled")),
                _ => access,
            },
        };
    }

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        var isForgotten = node.Left is IdentifierNameSyntax { Identifier.Text: "_" } && model.GetTypeInfo(node.Right).Type is { Name: "Task" };
        var assignment = (AssignmentExpressionSyntax)base.VisitAssignmentExpression(node)!;
        return isForgotten ? ParseExpression($"{Control}.Tasks.Forget({assignment.Right})") : assignment;
    }

    private SyntaxList<StatementSyntax> WithPoints(SyntaxList<StatementSyntax> statements)
    {
        var all = new List<StatementSyntax>();
        foreach (var statement in statements)
        {
            if (statement is not (LocalFunctionStatementSyntax or BlockSyntax or BreakStatementSyntax or LockStatementSyntax or TryStatementSyntax))
            {
                all.AddRange(_accesses.Of(statement).Select(access =>
                    ParseStatement($"{Control}.Run.Touches({access.Owner}, \"{access.Field}\", {(access.Writes ? "true" : "false")});\n")));
                all.Add(ParseStatement($"{Control}.Run.Statement(\"{Where(statement)}\");\n"));
            }

            all.Add((StatementSyntax)Visit(statement)!);
        }

        return List(all);
    }

    private static ParameterListSyntax WithoutAttributes(ParameterListSyntax list) => list.WithParameters(SeparatedList(list.Parameters.Select(parameter => parameter.WithAttributeLists([]))));

    private string Where(SyntaxNode node) => $"{Path.GetFileName(file)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
