using System.Text.Json;
using System.Text.Json.Serialization;

namespace FilterHost.Hosting.Isolation;

/// <summary>How host and worker write what they tell each other. Both are the same program, so nothing of it needs to last.</summary>
internal static class WorkerJson
{
    public static JsonSerializerOptions Options { get; } = Make(ignoresReadOnly: false);

    /// <summary>For results, whose words and properties follow from what else they hold.</summary>
    public static JsonSerializerOptions ResultOptions { get; } = Make(ignoresReadOnly: true);

    private static JsonSerializerOptions Make(bool ignoresReadOnly) => new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = ignoresReadOnly,
        Converters = { new DomainNameConverter(), new HeaderFieldConverter() },
    };

    private sealed class DomainNameConverter : JsonConverter<DomainName>
    {
        public override DomainName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            DomainName.TryParse(reader.GetString(), out var domain) || DomainName.TryParseQueryName(reader.GetString(), out domain)
                ? domain
                : throw new JsonException($"'{reader.GetString()}' is no domain name");

        public override void Write(Utf8JsonWriter writer, DomainName value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    // A field is an identity, which each side has its own of.
    private sealed class HeaderFieldConverter : JsonConverter<HeaderField>
    {
        public override HeaderField? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return null;
        }

        public override void Write(Utf8JsonWriter writer, HeaderField value, JsonSerializerOptions options) => writer.WriteNullValue();
    }
}
