using System.Reflection;
using System.Runtime.Loader;

namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>
/// This very assembly, loaded once more over another core. A weakened core so meets the same properties as the true one, and nothing of it stays behind.
/// </summary>
internal sealed class Trial(byte[] core) : AssemblyLoadContext(isCollectible: false)
{
    /// <summary>Runs the short searches against the core of this context.</summary>
    /// <returns>The property that failed, with how; null if none did.</returns>
    public string? Run()
    {
        var here = Assembly.GetExecutingAssembly();
        using var image = new MemoryStream(File.ReadAllBytes(here.Location));
        var other = LoadFromStream(image);
        var run = other.GetType(typeof(ShortRun).FullName!)!.GetMethod(nameof(ShortRun.Run), BindingFlags.Public | BindingFlags.Static)!;
        return (string?)run.Invoke(null, null);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name != "Farewell.Protocol")
        {
            return null;
        }

        using var image = new MemoryStream(core);
        return LoadFromStream(image);
    }
}
