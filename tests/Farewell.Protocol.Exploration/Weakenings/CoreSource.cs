using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>The sources of the core as they were when this was built, to be compiled once more with one place changed.</summary>
internal sealed class CoreSource
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Farewell.Protocol.Exploration")]
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private readonly Dictionary<string, SyntaxTree> _files = [];
    private readonly CSharpCompilation _core;

    public CoreSource()
    {
        var home = Assembly.GetExecutingAssembly();
        foreach (var name in home.GetManifestResourceNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal)))
        {
            using var file = new StreamReader(home.GetManifestResourceStream(name)!);
            _files[name.Replace('\\', '/')] = CSharpSyntaxTree.ParseText(file.ReadToEnd(), Parsing, name);
        }

        var platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
        _core = CSharpCompilation.Create(
            "Farewell.Protocol",
            [CSharpSyntaxTree.ParseText(Usings, Parsing), CSharpSyntaxTree.ParseText(LoopBudget.Source, Parsing), .. _files.Select(file => LoopBudget.Plant(file.Value))],
            platform.Split(Path.PathSeparator).Where(path => Path.GetDirectoryName(path) == framework).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The unchanged text of a file; null if there is none of that name.</summary>
    public string? TextOf(string file) => _files.GetValueOrDefault(file)?.ToString();

    /// <summary>Compiles the core with one weakening; null for none.</summary>
    /// <exception cref="InvalidOperationException">The weakening is stale, or what it makes does not compile.</exception>
    public byte[] Compile(Weakening? weakening)
    {
        var core = weakening is null ? _core : _core.ReplaceSyntaxTree(_core.SyntaxTrees.Single(tree => tree.FilePath == weakening.File), LoopBudget.Plant(Weaken(weakening)));
        using var image = new MemoryStream();
        var result = core.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(
            $"{weakening?.Name} does not compile: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
    }

    private SyntaxTree Weaken(Weakening weakening)
    {
        var text = TextOf(weakening.File)!;
        var at = text.IndexOf(weakening.Snippet, StringComparison.Ordinal);
        return CSharpSyntaxTree.ParseText(SourceText.From(string.Concat(text.AsSpan(0, at), weakening.Replacement, text.AsSpan(at + weakening.Snippet.Length))), Parsing, weakening.File);
    }

    /// <summary>How often a weakening's snippet stands in its file: anything but once is stale.</summary>
    public int Occurrences(Weakening weakening) => TextOf(weakening.File) is { } text ? text.Split(weakening.Snippet).Length - 1 : 0;
}
