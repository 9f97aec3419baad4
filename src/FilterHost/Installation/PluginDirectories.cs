using FilterHost.Commands;
using FilterHost.Daemon;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Installation;

/// <summary>The folders of plugins, and who uses what is in them.</summary>
/// <param name="settings">The settings; null without a file.</param>
internal sealed class PluginDirectories(LoadedSettings? settings)
{
    private readonly IReadOnlyList<DirectoryInfo> _directories = (settings?.Host ?? new HostSettings()).PluginDirectories;

    /// <summary>Where to install a plugin: the folder that was given, else the first that can be written to.</summary>
    /// <exception cref="InstallationException">There is none.</exception>
    public DirectoryInfo ForInstalling(string? given)
    {
        if (given is not null)
            return Directory.CreateDirectory(Path.GetFullPath(given));
        var directory = _directories.FirstOrDefault(candidate => ProcessIdentity.MayWrite(Nearest(candidate)))
            ?? throw new InstallationException($"none of plugin_directories can be written to: {Names}; name another with --directory, or be its owner", ExitCode.CannotCreate);
        return Directory.CreateDirectory(directory.FullName);
    }

    /// <summary>The plugin where it was installed; null where it was not.</summary>
    public VersionedPlugin? Find(string name, string? given)
    {
        var places = given is null ? _directories : [new DirectoryInfo(Path.GetFullPath(given))];
        return places.Select(directory => new VersionedPlugin(directory, name)).FirstOrDefault(plugin => plugin.Installed.Count > 0 || plugin.IsInstalled);
    }

    /// <summary>Throws where a plugin installed there would not be found, since another of its name comes first.</summary>
    public void RefuseHidden(string name, DirectoryInfo directory)
    {
        var first = _directories.TakeWhile(candidate => candidate.FullName != directory.FullName).FirstOrDefault(candidate => Directory.Exists(Path.Combine(candidate.FullName, name)));
        if (first is not null && IsKnown(directory))
            throw new InstallationException($"{Path.Combine(first.FullName, name)} comes first and would go on being used: install to {first.FullName}, or move that away", ExitCode.CannotCreate);
    }

    /// <summary>True where the host looks for plugins in that folder.</summary>
    public bool IsKnown(DirectoryInfo directory) => _directories.Any(known => known.FullName == directory.FullName);

    /// <summary>The tables that are instances of a plugin.</summary>
    public IReadOnlyList<InstanceSettings> UsersOf(string name) =>
    [
        .. (settings?.Instances ?? []).Where(table => table.Plugin == name
            || (table.Plugin.Contains('/', StringComparison.Ordinal) && _directories.Any(directory => Path.GetFullPath(table.Plugin, SettingValueReader.FolderOf(table.Table.Location.File)) == Path.Combine(directory.FullName, name)))),
    ];

    private string Names => string.Join(", ", _directories.Select(directory => directory.FullName));

    private static string Nearest(DirectoryInfo directory)
    {
        var folder = directory;
        while (!folder.Exists && folder.Parent is { } parent)
            folder = parent;
        return folder.FullName;
    }
}
