using System.Reflection;
using System.Runtime.Loader;
using Farewell.Concurrency.Scenarios;

namespace Farewell.Concurrency.Rewriting;

/// <summary>This very assembly, loaded once more over a library under control: the scenarios so meet the changed library as they met the true one when they were compiled.</summary>
internal sealed class Trial(byte[] library) : AssemblyLoadContext(isCollectible: false)
{
    /// <summary>The scenarios, over the library of this context.</summary>
    public IReadOnlyList<Scenario> Load()
    {
        using var image = new MemoryStream(File.ReadAllBytes(Assembly.GetExecutingAssembly().Location));
        var all = LoadFromStream(image).GetType(typeof(Catalogue).FullName!)!.GetProperty(nameof(Catalogue.All), BindingFlags.Public | BindingFlags.Static)!;
        return (IReadOnlyList<Scenario>)all.GetValue(null)!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name != "Farewell")
        {
            return null;
        }

        using var image = new MemoryStream(library);
        return LoadFromStream(image);
    }
}
