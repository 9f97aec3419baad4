using System.Text.Json;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// A plugin's <c>NAME.deps.json</c>. The runtime's own reader of it is native code that trusts it: a list without what it expects ends the process (.NET 10.0: std::logic_error in libhostpolicy),
/// so the list is read here before.
/// </summary>
internal static class DependencyList
{
    // A list names each file of each library; the largest known has 200 kB.
    private const int MaximumSize = 4 << 20;

    private static readonly string[] Kinds = ["runtime", "native", "resources", "runtimeTargets"];

    /// <summary>Why the list must not be given to the runtime, as the end of a sentence that begins with the plugin; null where it may be, or where there is none.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="folder">Its files.</param>
    public static string? Refusal(string plugin, DirectoryInfo folder)
    {
        var file = new FileInfo(Path.Combine(folder.FullName, $"{plugin}.deps.json"));
        if (!file.Exists)
            return null;
        if (file.Length > MaximumSize)
            return $"is damaged: {file.Name} is larger than {MaximumSize >> 20} MB";
        try
        {
            using var list = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return IsWhole(list.RootElement) ? null : $"is damaged: {file.Name} is not as the .NET SDK writes it";
        }
        catch (JsonException exception)
        {
            return $"is damaged: {file.Name}: {exception.Message}";
        }
    }

    private static bool IsWhole(JsonElement root) =>
        root.ValueKind is JsonValueKind.Object
        && Member(root, "runtimeTarget") is { ValueKind: JsonValueKind.Object } target
        && Member(target, "name") is { ValueKind: JsonValueKind.String } name
        && Member(root, "targets") is { ValueKind: JsonValueKind.Object } targets
        && Member(targets, name.GetString()!) is not null
        && targets.EnumerateObject().All(static candidate => candidate.Value.ValueKind is JsonValueKind.Object && candidate.Value.EnumerateObject().All(static library => IsWholeLibrary(library.Value)))
        && Member(root, "libraries") is { ValueKind: JsonValueKind.Object } descriptions
        && descriptions.EnumerateObject().All(static description => IsWholeDescription(description.Value));

    private static bool IsWholeLibrary(JsonElement library) =>
        library.ValueKind is JsonValueKind.Object
        && Array.TrueForAll(Kinds, kind => Member(library, kind) is not { } files || (files.ValueKind is JsonValueKind.Object
            && files.EnumerateObject().All(file => file.Value.ValueKind is JsonValueKind.Object && (kind != "runtimeTargets" || (IsText(file.Value, "rid") && IsText(file.Value, "assetType"))))));

    private static bool IsWholeDescription(JsonElement description) =>
        description.ValueKind is JsonValueKind.Object && IsText(description, "type") && Member(description, "serviceable") is { ValueKind: JsonValueKind.True or JsonValueKind.False };

    private static bool IsText(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String };

    private static JsonElement? Member(JsonElement parent, string name) => parent.TryGetProperty(name, out var member) ? member : null;
}
