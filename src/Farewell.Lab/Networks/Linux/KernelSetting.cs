namespace Farewell.Lab.Networks.Linux;

/// <summary>Reads and writes a sysctl of the network namespace that the calling thread is in.</summary>
internal static class KernelSetting
{
    public static string Read(string name) => File.ReadAllText(PathOf(name)).Trim();

    /// <exception cref="LabNetworkException">The kernel refused the value or this user.</exception>
    public static void Write(string name, string value)
    {
        try
        {
            File.WriteAllText(PathOf(name), value);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new LabNetworkException($"Could not set {name}={value} in the lab's own namespace: {refused.Message}", refused);
        }
    }

    private static string PathOf(string name) => "/proc/sys/" + name.Replace('.', '/');
}
