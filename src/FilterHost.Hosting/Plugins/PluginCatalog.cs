using System.Diagnostics.CodeAnalysis;
using FilterHost.Hosting.Configuration;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>Finds plugins in their folders, checks them, and loads each version once, from a copy that nothing ever writes to.</summary>
/// <param name="directories">Folders that hold a folder for each plugin.</param>
/// <param name="stateDirectory">Where the copies are kept.</param>
/// <param name="logger">Takes warnings that refuse nothing.</param>
internal sealed class PluginCatalog(IReadOnlyList<DirectoryInfo> directories, DirectoryInfo stateDirectory, ILogger logger)
{
    private readonly Dictionary<string, PluginCode> _loaded = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The names of all plugins in the folders.</summary>
    public IReadOnlyList<string> Names() =>
    [
        .. directories.Where(directory => directory.Exists)
            .SelectMany(directory => directory.EnumerateDirectories())
            .Select(folder => folder.Name)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Loads a plugin; the caller releases it. The same content is loaded once.</summary>
    /// <param name="reference">A plugin's name, or the path of its folder, which holds a slash.</param>
    /// <param name="baseDirectory">Where a relative path starts.</param>
    /// <param name="problem">Why it cannot be loaded, and what mends it.</param>
    public PluginCode? Load(string reference, string baseDirectory, [NotNullWhen(false)] out string? problem)
    {
        if (FindFolder(reference, baseDirectory, out problem) is not { } folder)
            return null;
        try
        {
            return LoadFolder(folder, out problem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"plugin {folder.Name} cannot be read or copied: {exception.Message}";
            return null;
        }
    }

    private DirectoryInfo? FindFolder(string reference, string baseDirectory, out string? problem)
    {
        problem = null;
        if (reference.Contains('/', StringComparison.Ordinal))
        {
            var given = new DirectoryInfo(Path.GetFullPath(reference, baseDirectory));
            if (given.Exists)
                return given;
            problem = $"there is no folder {given.FullName}";
            return null;
        }
        foreach (var directory in directories)
        {
            var folder = new DirectoryInfo(Path.Combine(directory.FullName, reference));
            if (reference is not ("." or "..") && folder.Exists)
                return folder;
        }
        var names = Names();
        var hint = NearestName.Hint(reference, names) is { Length: > 0 } nearest ? nearest
            : names.Count == 0 ? "; no plugin is there"
            : $"; there are {string.Join(", ", names)}";
        problem = $"there is no plugin '{reference}' in {string.Join(", ", directories.Select(directory => directory.FullName))}{hint}";
        return null;
    }

    private PluginCode? LoadFolder(DirectoryInfo folder, out string? problem)
    {
        problem = null;
        var main = Path.Combine(folder.FullName, $"{folder.Name}.dll");
        if (!File.Exists(main))
        {
            problem = $"plugin {folder.Name} has no {main}: a plugin's folder has the name of its assembly";
            return null;
        }
        var hash = PluginCopy.HashOf(folder);
        lock (_lock)
        {
            if (_loaded.TryGetValue(hash, out var known) && known.TryAcquire())
                return known;
            var copy = PluginCopy.Make(folder, hash, new DirectoryInfo(Path.Combine(stateDirectory.FullName, "plugins")));
            // The copy is checked, since the copy is what is loaded.
            if (ContractCheck.Refusal(folder.Name, copy, logger) is { } refusal)
            {
                problem = $"plugin {folder.Name} {refusal}";
                return null;
            }
            var code = PluginCode.Load(folder, Path.Combine(copy.FullName, $"{folder.Name}.dll"), hash, out problem);
            if (code is not null)
                _loaded[hash] = code;
            return code;
        }
    }
}
