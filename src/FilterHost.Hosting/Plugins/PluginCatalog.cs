using System.Diagnostics.CodeAnalysis;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Foreign;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>Finds plugins in their folders, beside the one that comes with the host, checks them, and loads each version once, from a copy that nothing ever writes to.</summary>
/// <param name="folders">Folders that hold a folder for each plugin.</param>
/// <param name="stateDirectory">Where the copies are kept.</param>
/// <param name="logger">Takes warnings that refuse nothing.</param>
/// <param name="time">The clock by which plugins are watched that are given back.</param>
internal sealed class PluginCatalog(IReadOnlyList<DirectoryInfo> folders, DirectoryInfo stateDirectory, ILogger logger, TimeProvider? time = null)
{
    private readonly PluginCopies _copies = new(new DirectoryInfo(Path.Combine(stateDirectory.FullName, "plugins")), time ?? TimeProvider.System);
    private readonly UnloadWatch _watch = new(logger, time ?? TimeProvider.System);
    private readonly Dictionary<string, PluginCode> _loaded = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Folders that hold a folder for each plugin. A reload may change them; what is loaded stays so.</summary>
    public IReadOnlyList<DirectoryInfo> Directories { get; set; } = folders;

    /// <summary>The names of all plugins: those in the folders, and the one that comes with the host.</summary>
    public IReadOnlyList<string> Names() =>
    [
        .. Directories.Where(directory => directory.Exists)
            .SelectMany(directory => directory.EnumerateDirectories())
            .Select(folder => folder.Name)
            // Where versions are kept that are not in use, and what is half made.
            .Where(name => !name.StartsWith('.'))
            .Append(MilterPlugin.Name)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Loads a plugin; the caller releases it. The same content is loaded once.</summary>
    /// <param name="reference">A plugin's name, or the path of its folder, which holds a slash.</param>
    /// <param name="baseDirectory">Where a relative path starts.</param>
    /// <param name="problem">Why it cannot be loaded, and what mends it.</param>
    public PluginCode? Load(string reference, string baseDirectory, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (reference == MilterPlugin.Name)
            return PluginCode.BuiltIn<MilterPlugin>(MilterPlugin.Name);
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
        foreach (var directory in Directories)
        {
            var folder = new DirectoryInfo(Path.Combine(directory.FullName, reference));
            if (reference is not ("." or "..") && folder.Exists)
                return folder;
        }
        var names = Names();
        var hint = NearestName.Hint(reference, names) is { Length: > 0 } nearest ? nearest
            : names.Count == 0 ? "; no plugin is there"
            : $"; there are {string.Join(", ", names)}";
        problem = $"there is no plugin '{reference}' in {string.Join(", ", Directories.Select(directory => directory.FullName))}{hint}";
        return null;
    }

    private PluginCode? LoadFolder(DirectoryInfo folder, out string? problem)
    {
        problem = null;
        // The folder may be a link to one of several versions. It is followed once, so that what is read is one version even where the link is set to another meanwhile.
        var content = folder.ResolveLinkTarget(returnFinalTarget: true) as DirectoryInfo ?? folder;
        var main = Path.Combine(folder.FullName, $"{folder.Name}.dll");
        if (!File.Exists(Path.Combine(content.FullName, $"{folder.Name}.dll")))
        {
            problem = $"plugin {folder.Name} has no {main}: a plugin's folder has the name of its assembly";
            return null;
        }
        var hash = PluginCopies.HashOf(content);
        lock (_lock)
        {
            if (_loaded.TryGetValue(hash, out var known) && known.TryAcquire())
                return known;
        }
        // A plugin whose constructor does not come back must not keep the others from being loaded.
        if (LoadCopy(folder, content, hash, out problem) is not { } code)
            return null;
        lock (_lock)
        {
            if (_loaded.TryGetValue(hash, out var known) && known.TryAcquire())
            {
                code.Release();
                return known;
            }
            // One user that never goes: what is not unloaded is not loaded twice.
            if (code.IsPermanent)
                code.TryAcquire();
            code.Released += released => _ = _watch.IsCollectedAsync(released.Name, released.Context);
            return _loaded[hash] = code;
        }
    }

    private PluginCode? LoadCopy(DirectoryInfo folder, DirectoryInfo content, string hash, out string? problem)
    {
        WarnOfSharedAssemblies(folder.Name, content);
        var hold = _copies.Hold();
        try
        {
            var copy = _copies.Make(folder.Name, content, hash);
            // The copy is checked, since the copy is what is loaded.
            problem = (ContractCheck.Refusal(folder.Name, copy, logger) ?? DependencyList.Refusal(folder.Name, copy)) is { } refusal ? $"plugin {folder.Name} {refusal}" : null;
            if (problem is null && PluginCode.Load(folder, Path.Combine(copy.FullName, $"{folder.Name}.dll"), hash, hold, out problem) is { } code)
            {
                hold = null;
                return code;
            }
            return null;
        }
        finally
        {
            hold?.Dispose();
        }
    }

    private void WarnOfSharedAssemblies(string plugin, DirectoryInfo content)
    {
        foreach (var file in ContractCheck.SharedAmong(content))
            logger.LogWarning("plugin {Plugin} has its own {File}, which is ignored: the host's copy is used. Reference the contract without copying it", plugin, file);
    }
}
