using System.Security.Cryptography;
using System.Text;
using FilterHost.Checks;
using FilterHost.Commands;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Import;

/// <summary>The host in a daemon's place: run from the daemon's own file and flags.</summary>
internal static class DaemonShim
{
    private const UnixFileMode SettingsMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Runs the host until it is told to stop, or until it serves in the background.</summary>
    /// <param name="options">The daemon.</param>
    /// <param name="imported">The settings.</param>
    /// <param name="import">The words of the command line that they come from.</param>
    /// <param name="isInBackground">True to return once the host serves.</param>
    public static async Task<int> RunAsync(DaemonOptions options, ImportedSettings imported, string[] import, bool isInBackground)
    {
        if (Save(options, imported) is not { } path)
            return ExitCode.Configuration;
        string[] run = ["run", "--config", path, .. import.Select(word => $"{RunCommand.Imported.Name}={word}")];
        return isInBackground ? await BackgroundHost.StartAsync(run) : await CommandLine.InvokeAsync(run);
    }

    // The settings stay where an administrator can look at them and where the host reads them again.
    private static string? Save(DaemonOptions options, ImportedSettings imported)
    {
        // One for each configuration: several hosts may run.
        var which = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(imported.Source)).AsSpan(0, 4));
        var path = Path.Combine(Folder(), $"{options.Program}-{which}.toml");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, FolderMode);
            var draft = $"{path}.{Environment.ProcessId}";
            File.Delete(draft);
            using (var file = new StreamWriter(new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = SettingsMode })))
                file.Write(imported.Text);
            // Who the host becomes reads it again at a reload.
            if (Environment.IsPrivilegedProcess && imported.User is { } name && UnixUser.Find(name) is { } user)
                UnixAccounts.ChangeOwner(draft, UnixAccounts.Unchanged, user.Groups[0]);
            File.Move(draft, path, overwrite: true);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"filterhost: cannot write {path}: {FileText.Reason(exception)}");
            return null;
        }
    }

    // Root's own folders are closed to who the host becomes.
    private static string Folder()
    {
        var given = Environment.GetEnvironmentVariable("STATE_DIRECTORY");
        return Environment.IsPrivilegedProcess && string.IsNullOrEmpty(given)
            ? "/run/filterhost/imported"
            : Path.Combine(StandardDirectories.State(Environment.GetEnvironmentVariable).FullName, "imported");
    }
}
