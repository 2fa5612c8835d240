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
            if (EntryPointOf(node) is { } function)
            {
                var arguments = node.ParameterList.Parameters.Select(parameter => $"{parameter.Modifiers} {parameter.Identifier}");
                node = node.WithBody(Block(ParseStatement($"return {Control}.CLibrary.{function}({string.Join(", ", arguments)});")));
                isVoid = false;
            }

            return node.WithAttributeLists([]).WithParameterList(WithoutAttributes(node.ParameterList)).WithModifiers([.. node.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PartialKeyword))])
                .WithBody(node.Body ?? (isVoid ? Block() : Block(ParseStatement("throw new System.NotSupportedException();")))).WithSemicolonToken(default);
        }

        return base.VisitMethodDeclaration(node);
    }

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        var call = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
        if (call.ToString() == "OperatingSystem.IsLinux()")
        {
            return LiteralExpression(SyntaxKind.TrueLiteralExpression);
        }

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
            "TimeProvider.System" => ParseExpression($"{Control}.VirtualClock.System"),
            "Stopwatch.Frequency" => ParseExpression($"{Control}.VirtualClock.System.TimestampFrequency"),
            "Stopwatch.GetTimestamp" => ParseExpression($"{Control}.VirtualClock.System.GetTimestamp"),
            "Environment.ProcessorCount" => ParseExpression("2"),
            "Task.Run" => ParseExpression($"{Control}.Tasks.Run"),
            "Task.WhenAny" => ParseExpression($"{Control}.Tasks.WhenAny"),
            "Task.WhenAll" => ParseExpression($"{Control}.Tasks.WhenAll"),
            _ => access.Name.Identifier.Text switch
            {
                "WaitAsync" when !IsOurs(node) => access.WithName(IdentifierName("WaitControlledAsync")),
                "UnsafeRegister" => access.WithName(IdentifierName("RegisterControlled")),
                "ContinueWith" => access.WithName(IdentifierName("ContinueControlled")),
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

    /// <summary>What is static and changes becomes the run's own.</summary>
    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        var isShared = node.Modifiers.Any(SyntaxKind.StaticKeyword) && !node.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) && node.AttributeLists.Count == 0;
        if (isShared && node.Declaration is { Type: var type, Variables: [{ Initializer: null, Identifier: var name }] })
        {
            return ParseMemberDeclaration($"{node.Modifiers} ref {type} {name} => ref {Control}.PerRun.Of<{type}>(\"{file}.{name}\");\n");
        }

        var field = (FieldDeclarationSyntax)base.VisitFieldDeclaration(node)!;
        return field.Modifiers.Any(SyntaxKind.StaticKeyword) && field.Declaration is { Type: var of, Variables: [{ Initializer: { } made } variable] }
            ? field.WithDeclaration(field.Declaration.WithVariables([variable.WithInitializer(Aside(of, made))]))
            : field;
    }

    public override SyntaxNode? VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        var property = (PropertyDeclarationSyntax)base.VisitPropertyDeclaration(node)!;
        return property.Modifiers.Any(SyntaxKind.StaticKeyword) && property.Initializer is { } made ? property.WithInitializer(Aside(property.Type, made)) : property;
    }

    private static EqualsValueClauseSyntax Aside(TypeSyntax type, EqualsValueClauseSyntax made) => EqualsValueClause(ParseExpression($"{Control}.Run.Aside<{type}>(() => {made.Value})"));

    public override SyntaxNode? VisitGenericName(GenericNameSyntax node)
    {
        var name = (GenericNameSyntax)base.VisitGenericName(node)!;
        return name.Identifier.Text == "Lazy" ? ParseTypeName($"{Control}.PerRun{name.TypeArgumentList}") : name;
    }

    /// <summary>The C function that a method imports; null if it imports none.</summary>
    private static string? EntryPointOf(MethodDeclarationSyntax node) =>
        node.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => attribute.Name.ToString() == "LibraryImport")?.ArgumentList?.Arguments
            .FirstOrDefault(argument => argument.NameEquals?.Name.ToString() == "EntryPoint")?.Expression is LiteralExpressionSyntax { Token.ValueText: var function } ? function : null;

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

    private bool IsOurs(SyntaxNode node) => model.GetSymbolInfo(node).Symbol?.ContainingAssembly?.Name == "Farewell";

    private static ParameterListSyntax WithoutAttributes(ParameterListSyntax list) => list.WithParameters(SeparatedList(list.Parameters.Select(parameter => parameter.WithAttributeLists([]))));

    private string Where(SyntaxNode node) => $"{Path.GetFileName(file)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
