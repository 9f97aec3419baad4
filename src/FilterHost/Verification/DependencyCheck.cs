using System.Text.Json;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Verification;

/// <summary>Checks that what a plugin's assemblies use is there, and what its <c>.deps.json</c> promises.</summary>
internal static class DependencyCheck
{
    /// <summary>Looks for every library.</summary>
    public static StepResult Run(PluginFiles plugin)
    {
        if (DependencyList.Refusal(plugin.Name, plugin.Folder) is { } refusal)
            return StepResult.Failed($"plugin {plugin.Name} {refusal}");
        var brought = plugin.Files.Where(file => file.Extension == ".dll").ToArray();
        var names = brought.Select(file => Path.GetFileNameWithoutExtension(file.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = brought.Select(file => (File: file, Missing: MissingOf(file, names))).Where(entry => entry.Missing.Count > 0).ToArray();
        var details = missing.Select(entry => $"{entry.File.Name} uses {string.Join(", ", entry.Missing)}: not in the folder, nor of the runtime").ToList();
        // A library may do without one of its own; the plugin itself was compiled with it.
        var isBroken = missing.Any(entry => entry.File.Name == plugin.Main.Name);
        details.AddRange(Unkept(plugin, out var hasFile));
        if (!hasFile)
            details.Add($"{plugin.Name}.deps.json is missing: native libraries and libraries in folders below are not found (EnableDynamicLoading in the project writes it)");
        var text = $"{brought.Length - 1} libraries beside {plugin.Main.Name}";
        return isBroken ? StepResult.Failed(text, details) : details.Count > 0 ? StepResult.Warning(text, details) : StepResult.Ok(text);
    }

    private static IReadOnlyList<string> MissingOf(FileInfo file, HashSet<string> brought) =>
    [
        .. PluginFiles.ReferencesOf(file).Select(reference => reference.Name)
            .Where(name => !brought.Contains(name) && !ContractCheck.IsShared(name) && !HostAssembly.IsOfRuntime(name)),
    ];

    // The runtime takes files from the list only, and does not say which of them it did not find until it needs them.
    private static IReadOnlyList<string> Unkept(PluginFiles plugin, out bool hasFile)
    {
        var list = new FileInfo(Path.Combine(plugin.Folder.FullName, $"{plugin.Name}.deps.json"));
        hasFile = list.Exists;
        if (!hasFile)
            return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(list.FullName));
        var there = plugin.Files.Select(file => file.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. FilesIn(document.RootElement).Where(path => !IsThere(path, there)).Select(path => $"{list.Name} names {path}, which is not in the folder")];
    }

    private static bool IsThere(string path, HashSet<string> files) =>
        files.Contains(Path.GetFileName(path)) || ContractCheck.IsShared(Path.GetFileNameWithoutExtension(path)) || HostAssembly.IsOfRuntime(Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> FilesIn(JsonElement list)
    {
        foreach (var library in list.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject()))
        {
            foreach (var kind in new[] { "runtime", "native" })
            {
                if (!library.Value.TryGetProperty(kind, out var files))
                    continue;
                foreach (var file in files.EnumerateObject())
                    yield return file.Name;
            }
        }
    }
}
