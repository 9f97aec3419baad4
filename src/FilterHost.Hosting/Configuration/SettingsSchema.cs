using System.Text.Json;
using System.Text.Json.Nodes;

namespace FilterHost.Hosting.Configuration;

/// <summary>JSON Schema (2020-12) of settings, for editors that know it for TOML.</summary>
internal static class SettingsSchema
{
    private const int DeepestNesting = 4;

    private static readonly JsonWriterOptions Layout = new() { Indented = true };

    /// <summary>The schema of one record.</summary>
    public static string Of(Type record) => Text(Document(Table(record, 0)));

    /// <summary>The schema of a whole file.</summary>
    /// <param name="plugins">The settings records of plugins by the plugin's name; the tables of others may hold any key.</param>
    public static string OfFile(IReadOnlyDictionary<string, Type> plugins)
    {
        var file = Table(typeof(HostSettings), 0);
        var properties = file["properties"]!.AsObject();
        properties["listener"] = new JsonObject { ["type"] = "array", ["items"] = Table(typeof(ListenerSettings), 0) };
        foreach (var kind in new[] { "filter", "service" })
            properties[kind] = new JsonObject { ["type"] = "object", ["additionalProperties"] = Instance(plugins) };
        return Text(Document(file));
    }

    private static JsonObject Instance(IReadOnlyDictionary<string, Type> plugins)
    {
        var open = Table(typeof(InstanceHostSettings), 0);
        open.Remove("additionalProperties");
        var choices = new JsonArray();
        foreach (var (name, record) in plugins.OrderBy(plugin => plugin.Key, StringComparer.Ordinal))
        {
            var table = Table(record, 0);
            foreach (var (key, schema) in Table(typeof(InstanceHostSettings), 0)["properties"]!.AsObject().ToList())
                table["properties"]![key] = schema!.DeepClone();
            choices.Add(new JsonObject
            {
                ["if"] = new JsonObject { ["properties"] = new JsonObject { ["plugin"] = new JsonObject { ["const"] = name } } },
                ["then"] = table,
            });
        }
        if (choices.Count > 0)
            open["allOf"] = choices;
        return open;
    }

    private static JsonObject Document(JsonObject schema)
    {
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema;
    }

    private static JsonObject Table(Type record, int depth)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        var defaults = Activator.CreateInstance(record, nonPublic: true);
        foreach (var key in SettingKey.Of(record))
        {
            var schema = Value(key.Type, key.Attribute, depth);
            schema["description"] = key.Attribute.Text;
            if (key.IsRequired)
                required.Add((JsonNode)key.Name);
            else if (TomlText.Of(key.Property.GetValue(defaults)) is { } value)
                schema["default"] = JsonNode.Parse(value);
            properties[key.Name] = schema;
        }
        var table = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
            table["required"] = required;
        return table;
    }

    private static JsonObject Value(Type type, SettingAttribute attribute, int depth)
    {
        type = SettingType.Plain(type);
        if (SettingType.IsList(type, out var item))
            return new JsonObject { ["type"] = "array", ["items"] = Value(item, attribute, depth) };
        if (SettingType.IsDictionary(type, out var value))
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(value, attribute, depth) };
        if (SettingType.IsRecord(type))
            return depth < DeepestNesting ? Table(type, depth + 1) : new JsonObject { ["type"] = "object" };
        if (type.IsEnum)
            return new JsonObject { ["enum"] = new JsonArray([.. SettingType.EnumNames(type).Select(name => (JsonNode)name)]) };
        return Scalar(type, attribute);
    }

    private static JsonObject Scalar(Type type, SettingAttribute attribute)
    {
        if (type == typeof(Secret))
            return Reference();
        if (type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(TimeSpan))
            return new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+(ms|s|m|h|d)$" };
        if (type == typeof(ByteSize))
            return new JsonObject { ["type"] = new JsonArray("integer", "string"), ["pattern"] = "^[0-9]+[kMG]?$", ["minimum"] = 0 };
        if (SettingType.IsInteger(type, out var least, out var most))
            return Number("integer", Math.Max(attribute.Minimum, least), Math.Min(attribute.Maximum, most));
        return type == typeof(double) || type == typeof(float) ? Number("number", attribute.Minimum, attribute.Maximum) : new JsonObject { ["type"] = "string" };
    }

    private static JsonObject Reference()
    {
        var sources = new JsonObject();
        foreach (var source in new[] { "file", "env", "credential" })
            sources[source] = new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        return new JsonObject { ["type"] = "object", ["properties"] = sources, ["additionalProperties"] = false, ["minProperties"] = 1, ["maxProperties"] = 1 };
    }

    private static JsonObject Number(string type, double minimum, double maximum)
    {
        var schema = new JsonObject { ["type"] = type };
        // Beyond 2^53 a double is not the bound any more.
        if (Math.Abs(minimum) < 1L << 53)
            schema["minimum"] = minimum;
        if (Math.Abs(maximum) < 1L << 53)
            schema["maximum"] = maximum;
        return schema;
    }

    private static string Text(JsonObject schema)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Layout))
            schema.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
