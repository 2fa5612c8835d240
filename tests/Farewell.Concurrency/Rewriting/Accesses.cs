using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Farewell.Concurrency.Rewriting;

/// <summary>Which fields a statement itself touches, those of the statements in it apart.</summary>
internal sealed class Accesses(SemanticModel model)
{
    // What these hold is not safe for two threads, so that using one is touching what it holds.
    private static readonly HashSet<string> Unsafe =
        ["Dictionary", "List", "HashSet", "Queue", "Stack", "LinkedList", "SortedList", "SortedDictionary", "ArrayBufferWriter", "Session", "MannerSession"];

    private static readonly HashSet<string> Readers = ["TryGetValue", "ContainsKey", "Contains", "TryPeek", "Peek", "GetKeyAtIndex", "GetValueAtIndex", "ToArray", "Find", "Exists"];

    /// <summary>What a statement touches: whose, which field, and whether it changes it.</summary>
    public IEnumerable<(string Owner, string Field, bool Writes)> Of(StatementSyntax statement)
    {
        var found = new Dictionary<(string Owner, string Field), bool>();
        foreach (var root in Own(statement))
        {
            foreach (var name in root.DescendantNodesAndSelf(node => node is not AnonymousFunctionExpressionSyntax).OfType<IdentifierNameSyntax>())
            {
                if (model.GetSymbolInfo(name).Symbol is IFieldSymbol { IsStatic: false, IsConst: false, IsVolatile: false, ContainingType.IsReferenceType: true } field
                    && OwnerOf(name, statement) is { } owner
                    && Touch(name, field) is { } writes)
                {
                    var key = (owner, $"{field.ContainingType.Name}.{field.Name}");
                    found[key] = found.GetValueOrDefault(key) || writes;
                }
            }
        }

        return found.Select(pair => (pair.Key.Owner, pair.Key.Field, pair.Value));
    }

    private static IEnumerable<SyntaxNode> Own(StatementSyntax statement) => statement switch
    {
        IfStatementSyntax it => [it.Condition],
        WhileStatementSyntax it => [it.Condition],
        ForEachStatementSyntax it => [it.Expression],
        SwitchStatementSyntax it => [it.Expression],
        ReturnStatementSyntax { Expression: { } value } => [value],
        ExpressionStatementSyntax or LocalDeclarationStatementSyntax => [statement],
        _ => [],
    };

    /// <summary>As an expression that can stand before the statement; null if there is none.</summary>
    private string? OwnerOf(IdentifierNameSyntax name, StatementSyntax statement)
    {
        if (name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        {
            return access.Expression switch
            {
                ThisExpressionSyntax => "this",
                IdentifierNameSyntax owner when model.GetSymbolInfo(owner).Symbol is { } symbol && IsKnownBefore(symbol, statement) => owner.Identifier.Text,
                _ => null,
            };
        }

        return name.Parent is MemberBindingExpressionSyntax or NameColonSyntax or AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } ? null : "this";
    }

    private static bool IsKnownBefore(ISymbol symbol, StatementSyntax statement) => symbol switch
    {
        IParameterSymbol { RefKind: RefKind.None } parameter => parameter.DeclaringSyntaxReferences.All(reference => !statement.Span.Contains(reference.Span)),
        ILocalSymbol { IsRef: false } => symbol.DeclaringSyntaxReferences is [var reference]
            && reference.Span.Start < statement.SpanStart
            && reference.GetSyntax() is ForEachStatementSyntax or VariableDeclaratorSyntax { Initializer: not null },
        _ => false,
    };

    /// <summary>Whether it is written; null if it is not touched so that it matters.</summary>
    private static bool? Touch(IdentifierNameSyntax name, IFieldSymbol field)
    {
        ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        var holdsUnsafe = Unsafe.Contains(field.Type.Name);
        if (whole.Parent is ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or RefExpressionSyntax)
        {
            // What is atomic races with nothing.
            var call = whole.FirstAncestorOrSelf<InvocationExpressionSyntax>()?.Expression.ToString() ?? "";
            return call.StartsWith("Interlocked.", StringComparison.Ordinal) || call.StartsWith("Volatile.", StringComparison.Ordinal) ? null : true;
        }

        if (IsAssigned(whole))
        {
            return true;
        }

        var used = whole.Parent switch
        {
            MemberAccessExpressionSyntax member when member.Expression == whole => member.Name.Identifier.Text,
            ConditionalAccessExpressionSyntax { WhenNotNull: var then } => then.DescendantNodesAndSelf().OfType<MemberBindingExpressionSyntax>().FirstOrDefault()?.Name.Identifier.Text,
            _ => null,
        };
        var isCall = used is not null && whole.Ancestors().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { Expression: var called } && called.ToString().EndsWith("." + used, StringComparison.Ordinal);

        // What a machine is never changes.
        return used == "Role" ? null
            : holdsUnsafe && isCall ? !Readers.Contains(used!)
            : field.IsReadOnly && !(holdsUnsafe && used is not null) ? null
            : false;
    }

    private static bool IsAssigned(ExpressionSyntax whole)
    {
        SyntaxNode node = whole;
        while (node.Parent is ArgumentSyntax { Parent: TupleExpressionSyntax tuple })
        {
            node = tuple;
        }

        return node.Parent is AssignmentExpressionSyntax assignment && assignment.Left == node
            || node.Parent is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression }
            || node.Parent is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression };
    }
}
