using Microsoft.Win32.SafeHandles;

namespace FilterHost.MailAuth.Keys;

/// <summary>Says whether others could read or exchange a key file.</summary>
public static class KeyFilePermissions
{
    private const int OthersReadOrWrite = 0b000_110_110;
    private const int OthersWrite = 0b000_010_010;
    private const int Sticky = 0b001_000_000_000;

    /// <summary>What is unsafe and the command that mends it, or null.</summary>
    public static string? FindProblem(string path, SafeFileHandle file) => FindProblem(path, FileOwnership.Of(file));

    /// <summary>The same for a file that must not be opened to be looked at, such as a database in use; null too where there is none.</summary>
    public static string? FindProblem(string path) => FileOwnership.Of(path) is { } file ? FindProblem(path, file) : null;

    private static string? FindProblem(string path, FileOwnership key)
    {
        if (!key.BelongsToUs)
            return $"{path} belongs to user {key.User} (mode {key.OctalMode}), neither to root nor to this program's user {FileOwnership.ProcessUser}. {OwnerRemedy(path, key.User)}";
        if ((key.Mode & OthersReadOrWrite) != 0)
            return $"{path} can be read or written by others (mode {key.OctalMode}, owner {key.User}). Run: chmod 600 {path}";
        return FindFolderProblem(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Why a file cannot be read, and the command that mends it.</summary>
    public static string UnreadableProblem(string path, Exception error)
    {
        if (error is not UnauthorizedAccessException)
            return $"{path} cannot be read: {error.Message}";
        return FileOwnership.Of(path) is { } key
            ? $"{path} cannot be read by this program's user {FileOwnership.ProcessUser} (mode {key.OctalMode}, owner {key.User}). Run: chown {FileOwnership.ProcessUser} {path}"
            : $"{path} cannot be reached by this program's user {FileOwnership.ProcessUser}: a folder above it is closed. Run: namei -l {path}";
    }

    /// <summary>Whether others could exchange what is in a folder; null where not.</summary>
    public static string? FindFolderProblem(string path)
    {
        if (FileOwnership.Of(path) is not { } folder)
            return $"{path} cannot be looked at by this program's user {FileOwnership.ProcessUser}. Run: namei -l {path}";
        if (!folder.BelongsToUs)
            return $"{path} belongs to user {folder.User} (mode {folder.OctalMode}), who can exchange the keys in it. {OwnerRemedy(path, folder.User)}";
        // In a sticky folder others cannot exchange our file.
        if ((folder.Mode & OthersWrite) != 0 && (folder.Mode & Sticky) == 0)
            return $"{path} can be written by others (mode {folder.OctalMode}, owner {folder.User}), who can exchange the keys in it. Run: chmod go-w {path}";
        return null;
    }

    // An administrator who looks as root at the keys of a host that runs as another user must not take them away from it.
    private static string OwnerRemedy(string path, uint owner) => FileOwnership.ProcessUser == 0
        ? $"If the host runs as that user, run this command as that user too: setpriv --reuid={owner} --clear-groups filterhost …; if it runs as root, run: chown root {path}"
        : $"Run: chown {FileOwnership.ProcessUser} {path}";
}
