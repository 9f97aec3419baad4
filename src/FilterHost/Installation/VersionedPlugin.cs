using FilterHost.Commands;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Installation;

/// <summary>
/// A plugin of which several versions may lie beside each other: <c>NAME</c> is a link to <c>.versions/NAME/VERSION</c>, and the catalog finds what it points to. The link is set in one step,
/// so a reload at any moment finds one whole version, and the one before stays for the way back.
/// </summary>
/// <param name="plugins">The folder of plugins.</param>
/// <param name="name">The plugin's name.</param>
internal sealed class VersionedPlugin(DirectoryInfo plugins, string name)
{
    private const string Versions = ".versions";

    private const UnixFileMode ForAllToRead = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.UserWrite;

    private const UnixFileMode ForAllToEnter = ForAllToRead | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _root = new(Path.Combine(plugins.FullName, Versions, name));

    /// <summary>Where the catalog looks for it.</summary>
    public DirectoryInfo Folder { get; } = new(Path.Combine(plugins.FullName, name));

    /// <summary>True where its folder is a link to one of its versions.</summary>
    public bool IsInstalled => Current is not null;

    /// <summary>The version that a reload finds; null where the folder is none of ours.</summary>
    public string? Current => Folder.LinkTarget is { } target && Path.GetDirectoryName(Path.GetFullPath(target, plugins.FullName)) == _root.FullName ? Path.GetFileName(target) : null;

    /// <summary>The versions that are there, the one installed last first.</summary>
    public IReadOnlyList<string> Installed => _root.Exists
        ? [.. _root.EnumerateDirectories().Where(folder => !folder.Name.StartsWith('.')).OrderByDescending(folder => folder.LastWriteTimeUtc).Select(folder => folder.Name)]
        : [];

    /// <summary>Keeps others out: only one command at a time works on the folder of plugins.</summary>
    public static IDisposable Lock(DirectoryInfo plugins)
    {
        var versions = Make(Path.Combine(plugins.FullName, Versions));
        try
        {
            return new FileStream(Path.Combine(versions.FullName, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new InstallationException($"another command works on {plugins.FullName}; try again when it has ended", ExitCode.Temporary);
        }
    }

    /// <summary>A new folder for what is not yet a version, on the same file system.</summary>
    public static DirectoryInfo MakeStaging(DirectoryInfo plugins) => Make(Path.Combine(plugins.FullName, Versions, $".incoming-{Guid.NewGuid():N}"));

    /// <summary>Lets everybody read a staged folder, since the host's user is another than who installs.</summary>
    public static void LetAllRead(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(folder))
            entry.UnixFileMode = entry is DirectoryInfo ? ForAllToEnter : ForAllToRead;
    }

    /// <summary>Keeps a staged folder as a version; gives its name, which tells builds of one version apart.</summary>
    public string Keep(DirectoryInfo staged, string version)
    {
        Make(_root.FullName);
        var place = NameOf(version);
        var hash = PluginCopies.HashOf(staged);
        var folder = new DirectoryInfo(Path.Combine(_root.FullName, place));
        if (folder.Exists && PluginCopies.HashOf(folder) != hash)
            folder = new DirectoryInfo(Path.Combine(_root.FullName, $"{place}.{hash[..8]}"));
        if (!folder.Exists)
            Directory.Move(staged.FullName, folder.FullName);
        Directory.SetLastWriteTimeUtc(folder.FullName, TimeProvider.System.GetUtcNow().UtcDateTime);
        return folder.Name;
    }

    /// <summary>Lets a reload find that version.</summary>
    /// <exception cref="InstallationException">It is not there, or something else has the plugin's name.</exception>
    public void Use(string version)
    {
        if (!Installed.Contains(version, StringComparer.Ordinal))
            throw new InstallationException($"there is no version {version} of {name} in {plugins.FullName}; {(Installed.Count == 0 ? "none is installed" : $"there are {string.Join(", ", Installed)}")}", ExitCode.Usage);
        RefuseForeign();
        PluginLinks.Set(Folder.FullName, Path.Combine(Versions, name, version));
        Folder.Refresh();
    }

    /// <summary>Throws where a folder of that name was put there by something else, such as a package, whose own it stays.</summary>
    public void RefuseForeign()
    {
        if ((Folder.Exists || Folder.LinkTarget is not null) && !IsInstalled)
            throw new InstallationException(
                $"{Folder.FullName} was not put there by this command and is left alone: move it away, or use another --directory that stands before this one in plugin_directories", ExitCode.CannotCreate);
    }

    /// <summary>Removes all but the newest versions; never the one in use.</summary>
    public IReadOnlyList<string> Tidy(int keep)
    {
        var others = Installed.Where(version => version != Current).Skip(keep - 1).ToArray();
        foreach (var version in others)
            Delete(Path.Combine(_root.FullName, version));
        return others;
    }

    /// <summary>Removes one version that is not in use.</summary>
    public void Remove(string version)
    {
        if (!Installed.Contains(version, StringComparer.Ordinal))
            throw new InstallationException($"there is no version {version} of {name} in {plugins.FullName}", ExitCode.Usage);
        if (version == Current)
            throw new InstallationException($"{version} is the version of {name} in use: choose another with `filterhost plugins use {name} VERSION` first", ExitCode.Usage);
        Delete(Path.Combine(_root.FullName, version));
    }

    /// <summary>Removes the plugin with all its versions.</summary>
    public void Remove()
    {
        RefuseForeign();
        if (IsInstalled)
            Folder.Delete();
        if (_root.Exists)
            Delete(_root.FullName);
    }

    // Out of sight in one step, since a folder that is half deleted is a version that is half there.
    private void Delete(string folder)
    {
        var away = Path.Combine(plugins.FullName, Versions, $".removed-{Guid.NewGuid():N}");
        Directory.Move(folder, away);
        Directory.Delete(away, recursive: true);
    }

    private static DirectoryInfo Make(string path)
    {
        // The mode of a new folder lacks what the umask takes.
        var isNew = !Directory.Exists(path);
        var folder = Directory.CreateDirectory(path, ForAllToEnter);
        if (isNew)
            folder.UnixFileMode = ForAllToEnter;
        return folder;
    }

    // The version comes from the assembly, which may say anything: a name in a folder is made of it. Of a commit, which builds add, eight letters are enough.
    private static string NameOf(string version)
    {
        var parts = version.Split('+', 2);
        var text = parts is [var number, { Length: > 8 } build] && build.All(char.IsAsciiHexDigit) ? $"{number}+{build[..8]}" : version;
        var safe = new string([.. text.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+' or '_' ? letter : '-')]).Trim('.');
        return safe.Length == 0 ? "unknown" : safe[..Math.Min(safe.Length, 80)];
    }
}
