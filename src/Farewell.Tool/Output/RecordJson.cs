using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Farewell.Tool.Output;

/// <summary>How the documents of verbs that serialize records are written.</summary>
internal static class RecordJson
{
    /// <summary>Names in camel case, enumerations in kebab case, and null for what could not be taken.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}
