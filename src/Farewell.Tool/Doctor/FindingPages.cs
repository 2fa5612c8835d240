namespace Farewell.Tool.Doctor;

/// <summary>The pages of docs/findings, which are part of the program.</summary>
internal static class FindingPages
{
    /// <summary>A finding's page; null when there is none.</summary>
    public static string? Read(string id)
    {
        using var stream = typeof(FindingPages).Assembly.GetManifestResourceStream($"findings/{id}.md");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
