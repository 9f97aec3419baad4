using System.Globalization;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Import;

/// <summary>The keys and tables that the host's user cannot read, or will not for their mode, each with the command that mends it.</summary>
internal sealed class AccessList(UnixUser user, ProblemList problems)
{
    private const UnixFileMode OthersReadOrWrite = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly bool HasAccessLists = File.Exists("/usr/bin/setfacl") || File.Exists("/bin/setfacl");

    private readonly HashSet<string> _closedFolders = new(StringComparer.Ordinal);

    /// <summary>Checks files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="checksModes">False where modes of keys do not count (RequireSafeKeys no).</param>
    public void Run(IEnumerable<NeededFile> files, bool checksModes)
    {
        foreach (var file in files)
        {
            if (Path.GetDirectoryName(file.Path) is { } folder && IsClosed(folder, file.Location))
                continue;
            if (!File.Exists(file.Path))
                problems.Warning($"{file.Path} does not exist", file.Location);
            else
                CheckFile(file, checksModes);
        }
    }

    private void CheckFile(NeededFile file, bool checksModes)
    {
        var (status, mode) = Look(file.Path);
        if (!user.May(UnixFileMode.OtherRead, status, mode))
        {
            problems.Warning($"{user.Name} cannot read {file.Path} ({Describe(status, mode)}). Run: {(file.IsKey ? $"chown {user.Name} {file.Path}; or let --copy-keys FOLDER make a copy" : $"{Grant('r', file.Path)}")}", file.Location);
        }
        else if (file.IsKey && checksModes)
        {
            if (status.User != 0 && status.User != user.Id)
                problems.Warning($"{file.Path} belongs neither to root nor to {user.Name} ({Describe(status, mode)}), so the key store refuses it. Run: chown {user.Name} {file.Path}; or let --copy-keys FOLDER make a copy", file.Location);
            else if ((mode & OthersReadOrWrite) != 0)
                problems.Warning($"{file.Path} can be read or written by others ({Describe(status, mode)}), so the key store refuses it. Run: chmod 600 {file.Path}; or let --copy-keys FOLDER make a copy", file.Location);
        }
    }

    // A folder is named once, whatever is in it.
    private bool IsClosed(string folder, SettingLocation location)
    {
        if (_closedFolders.Contains(folder))
            return true;
        if (Path.GetDirectoryName(folder) is { } above && IsClosed(above, location))
            return _closedFolders.Add(folder);
        if (!Directory.Exists(folder))
            return false;
        var (status, mode) = Look(folder);
        if (user.May(UnixFileMode.OtherExecute, status, mode))
            return false;
        problems.Warning($"{user.Name} cannot enter {folder} ({Describe(status, mode)}). Run: {Grant('x', folder)}", location);
        return _closedFolders.Add(folder);
    }

    // Access control lists leave the rights of others as they are; without their tools the file takes the user's group.
    private string Grant(char right, string path) => HasAccessLists
        ? $"setfacl -m u:{user.Name}:{right} {path}"
        : string.Create(CultureInfo.InvariantCulture, $"chgrp {user.Groups[0]} {path} && chmod g+{right} {path}");

    private static (UnixFileStatus Status, UnixFileMode Mode) Look(string path)
    {
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        return (UnixFileStatus.Of(target) ?? default, File.GetUnixFileMode(target));
    }

    private static string Describe(UnixFileStatus file, UnixFileMode mode) =>
        string.Create(CultureInfo.InvariantCulture, $"mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, owner {file.User}, group {file.Group}");
}
