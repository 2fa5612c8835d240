using System.Reflection;
using Farewell.Concurrency.Planting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Farewell.Concurrency.Rewriting;

/// <summary>The library's sources as they were when this was built, to be compiled once more under control, with one place changed or none.</summary>
internal sealed class LibrarySource
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private const string StandIns = """
        global using Farewell.Concurrency.Control;
        global using CancellationTokenRegistration = Farewell.Concurrency.Control.CancellationTokenRegistration;
        global using CancellationTokenSource = Farewell.Concurrency.Control.CancellationTokenSource;
        global using Interlocked = Farewell.Concurrency.Control.Interlocked;
        global using Lock = Farewell.Concurrency.Control.Lock;
        global using PipeOptions = Farewell.Concurrency.Control.PipeOptions;
        global using SemaphoreSlim = Farewell.Concurrency.Control.SemaphoreSlim;
        global using SafeSocketHandle = Farewell.Concurrency.Control.SafeSocketHandle;
        global using Socket = Farewell.Concurrency.Control.Socket;
        global using SocketAsyncEventArgs = Farewell.Concurrency.Control.SocketAsyncEventArgs;
        global using Thread = Farewell.Concurrency.Control.Thread;
        global using ThreadPool = Farewell.Concurrency.Control.ThreadPool;
        global using Volatile = Farewell.Concurrency.Control.Volatile;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Farewell.Concurrency")]
        """;

    /// <summary>What talks to the operating system or to .NET's own HTTP client, and nothing here needs.</summary>
    private static readonly string[] LeftOut = ["Listening/InheritedListener.cs", "Http/"];

    /// <summary>Sizes made small, so that a few octets meet them.</summary>
    private static readonly Edit[] Scaled =
    [
        new("Engine/EventLoop.cs", "const int BufferSize = 64 * 1024;", "const int BufferSize = 64;"),
        new("Engine/LoopFront.cs", "const int AtOnce = 32;", "const int AtOnce = 2;"),
    ];

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private readonly Dictionary<string, SyntaxTree> _files = [];
    private readonly CSharpCompilation _plain;
    private readonly Lazy<CSharpCompilation> _controlled;
    private readonly Dictionary<string, SyntaxTree> _rewritten = [];

    public LibrarySource()
    {
        var standIns = Read("StandIns/");
        foreach (var (name, text) in Read("Farewell/").Where(file => !Array.Exists(LeftOut, file.Key.StartsWith) && !standIns.ContainsKey(file.Key)))
        {
            var scaled = Scaled.Where(edit => edit.File == name).Aggregate(text, static (text, edit) => text.Contains(edit.Snippet, StringComparison.Ordinal)
                ? text.Replace(edit.Snippet, edit.Replacement, StringComparison.Ordinal)
                : throw new InvalidOperationException($"{edit.File} has no {edit.Snippet} any more."));
            _files[name] = CSharpSyntaxTree.ParseText(scaled, Parsing, name);
        }

        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => Path.GetFileName(path) is not ("Farewell.dll" or "Farewell.Concurrency.dll"));
        _plain = CSharpCompilation.Create(
            "Farewell",
            [CSharpSyntaxTree.ParseText(Usings, Parsing), .. _files.Values],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        _controlled = new(() =>
        {
            foreach (var (name, tree) in _files)
            {
                _rewritten[name] = Rewrite(_plain, tree);
            }

            var others = standIns.Select(file => CSharpSyntaxTree.ParseText(file.Value, Parsing, file.Key)).Select(tree => Rewrite(_plain.AddSyntaxTrees(tree), tree));
            return _plain.RemoveAllSyntaxTrees().AddSyntaxTrees([CSharpSyntaxTree.ParseText(Usings + StandIns, Parsing), .. _rewritten.Values, .. others]);
        });
    }

    /// <summary>How often what a planted race changes stands in its file: anything but once is stale.</summary>
    public int Occurrences(Edit edit) => _files.TryGetValue(edit.File, out var file) ? file.ToString().Split(edit.Snippet).Length - 1 : 0;

    /// <summary>Compiles the library under control.</summary>
    /// <param name="edits">What to change before; none is the library as it is.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public byte[] Compile(params IReadOnlyList<Edit> edits)
    {
        var library = _controlled.Value;
        foreach (var inFile in edits.GroupBy(edit => edit.File))
        {
            var tree = _files[inFile.Key];
            var text = inFile.Aggregate(tree.ToString(), (text, edit) => text.Replace(edit.Snippet, edit.Replacement, StringComparison.Ordinal));
            var changed = CSharpSyntaxTree.ParseText(text, Parsing, inFile.Key);
            library = library.ReplaceSyntaxTree(_rewritten[inFile.Key], Rewrite(_plain.ReplaceSyntaxTree(tree, changed), changed));
        }

        using var image = new MemoryStream();
        var result = library.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(
            $"does not compile under control:\n{string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(10))}");
    }

    private static SyntaxTree Rewrite(CSharpCompilation plain, SyntaxTree tree) =>
        CSharpSyntaxTree.ParseText(new Controlling(plain.GetSemanticModel(tree), tree.FilePath).Visit(tree.GetRoot())!.ToFullString(), Parsing, tree.FilePath);

    private static Dictionary<string, string> Read(string under)
    {
        var home = Assembly.GetExecutingAssembly();
        var files = new Dictionary<string, string>();
        foreach (var name in home.GetManifestResourceNames().Where(name => name.StartsWith(under, StringComparison.Ordinal)))
        {
            using var file = new StreamReader(home.GetManifestResourceStream(name)!);
            files[name.Replace('\\', '/')[under.Length..]] = file.ReadToEnd();
        }

        return files;
    }
}
