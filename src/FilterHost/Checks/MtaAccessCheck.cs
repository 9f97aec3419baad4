using System.Globalization;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Checks;

/// <summary>
/// Whether the MTA's user can connect to the Unix sockets: enter the folders above, write to the socket, and see the path at all. Only warnings: which user the MTA has, and in which root
/// it runs, is found out from outside.
/// </summary>
internal static class MtaAccessCheck
{
    public static void Run(LoadedSettings settings, UnixUser mta, ServiceUser? host, PostfixConfiguration postfix, ProblemList problems)
    {
        foreach (var listener in settings.Listeners)
        {
            if (listener.Address?.Path is not { } path)
                continue;
            if (FindClosedFolder(path, mta) is { } closed)
                problems.Warning(closed, listener.Table.Locate("socket"));
            if (Directory.Exists(Path.GetDirectoryName(path)) && FindWriteProblem(path, listener.Settings, mta, host) is { } refused)
                problems.Warning(refused, listener.Table.Locate("mode"));
            if (postfix.FindProblem(path) is { } chroot)
                problems.Warning(chroot, listener.Table.Locate("socket"));
        }
    }

    private static string? FindClosedFolder(string path, UnixUser mta)
    {
        foreach (var folder in FoldersAbove(path))
        {
            var real = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;
            if (UnixFileStatus.Of(real) is { } status && File.GetUnixFileMode(real) is var mode && !mta.May(UnixFileMode.OtherExecute, status, mode))
                return $"the user {mta.Name} cannot enter {folder} ({Describe(status, mode)}), so the MTA cannot connect. Run: chmod o+x {folder}";
        }
        return null;
    }

    private static IEnumerable<string> FoldersAbove(string path)
    {
        var folders = new Stack<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            folders.Push(folder);
        return folders.Where(Directory.Exists);
    }

    private static string? FindWriteProblem(string path, ListenerSettings settings, UnixUser mta, ServiceUser? host)
    {
        if (!ListenerSettings.TryParseMode(settings.Mode, out var planned))
            return null;
        var there = UnixFileStatus.Of(path) is { IsSocket: true } status ? status : (UnixFileStatus?)null;
        var (file, mode) = there is { } present ? (present, File.GetUnixFileMode(path)) : (PlannedStatus(path, settings, host), planned.Value);
        if (mta.May(UnixFileMode.OtherWrite, file, mode))
            return null;
        var state = there is null ? "will be made with" : "has";
        return $"the user {mta.Name} may not write to the socket, which {state} {Describe(file, mode)}, so the MTA cannot connect. Set mode = \"0660\" and group = \"{mta.Name}\".";
    }

    // The kernel gives a new file the user of the process, and its group unless the folder hands on its own.
    private static UnixFileStatus PlannedStatus(string path, ListenerSettings settings, ServiceUser? host)
    {
        var folder = Path.GetDirectoryName(path)!;
        var ofFolder = UnixFileStatus.Of(folder);
        var inherits = File.GetUnixFileMode(folder).HasFlag(UnixFileMode.SetGroup) && ofFolder is not null;
        var ours = host is null ? UnixAccounts.Current : (User: host.Id, host.Group);
        var user = settings.Owner is { } owner && UnixAccounts.TryFindUser(owner, out var named) ? named : ours.User;
        var group = settings.Group is { } name && UnixAccounts.TryFindGroup(name, out var namedGroup) ? namedGroup : inherits ? ofFolder!.Value.Group : ours.Group;
        return new UnixFileStatus(IsSocket: true, user, group, Inode: 0);
    }

    private static string Describe(UnixFileStatus file, UnixFileMode mode) =>
        string.Create(CultureInfo.InvariantCulture, $"mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, owner {file.User}, group {file.Group}");
}
