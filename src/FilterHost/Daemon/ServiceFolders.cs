using System.Globalization;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Daemon;

/// <summary>The folders of a host that root starts and another user runs.</summary>
internal static class ServiceFolders
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The settings with what their unnamed folders are: those of a service in place of root's own where root starts a host for another user, and the temporary one below the state.</summary>
    public static LoadedSettings Place(LoadedSettings settings)
    {
        var isService = settings.Host.User is not null && ProcessIdentity.IsRoot;
        var state = isService && !IsNamed("state_directory", "STATE_DIRECTORY") ? new DirectoryInfo(StandardDirectories.ServiceState) : settings.Host.StateDirectory;
        // A login's own folder is of no use to another user.
        var temporary = IsNamed("temp_directory", "RUNTIME_DIRECTORY") || (!isService && IsNamed("temp_directory", "XDG_RUNTIME_DIR"))
            ? settings.Host.TempDirectory
            : new DirectoryInfo(Path.Combine(state.FullName, "temporary"));
        return settings with { Host = settings.Host with { StateDirectory = state, TempDirectory = temporary } };

        bool IsNamed(string key, string variable) => settings.Root.Entries.ContainsKey(key) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
    }

    /// <summary>Makes those that are missing below folders of root, and gives them to the user. One that is there is left as it is.</summary>
    public static void Make(LoadedSettings settings, ServiceUser user, ProblemList problems)
    {
        foreach (var (folder, key) in Of(settings).Where(entry => !entry.Folder.Exists))
        {
            // Below a folder of another user root would write where that user says, by links; he can make it himself.
            if (UnixFileStatus.Of(Nearest(folder)) is not { User: 0 })
                continue;
            try
            {
                Directory.CreateDirectory(folder.Parent?.FullName ?? "/");
                Directory.CreateDirectory(folder.FullName, OwnerOnly);
                if (UnixAccounts.ChangeOwner(folder.FullName, user.Id, user.Group) is { } problem)
                    problems.Error($"{folder.FullName} cannot be given to the user {user.Name}: {problem}", settings.Root.Locate(key));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                problems.Error($"{folder.FullName} cannot be made: {exception.Message}", settings.Root.Locate(key));
            }
        }
    }

    /// <summary>Checks that the user, who the process is by now, may write there.</summary>
    public static void Check(LoadedSettings settings, ServiceUser user, ProblemList problems)
    {
        foreach (var (wanted, key) in Of(settings))
        {
            var folder = Nearest(wanted);
            if (ProcessIdentity.MayWrite(folder))
                continue;
            problems.Error(
                UnixFileStatus.Of(folder) is { } status
                    ? string.Create(CultureInfo.InvariantCulture, $"the user {user.Name} may not write to {folder}, which belongs to user {status.User}; mend it with: install -d -m 0700 -o {user.Id} -g {user.Group} {wanted.FullName}")
                    : $"the user {user.Name} cannot reach {folder}; see: namei -l {folder}",
                settings.Root.Locate(key));
        }
    }

    private static string Nearest(DirectoryInfo folder)
    {
        var nearest = folder;
        while (!Directory.Exists(nearest.FullName) && nearest.Parent is { } parent)
            nearest = parent;
        return nearest.FullName;
    }

    // The state first: the other may lie in it.
    private static (DirectoryInfo Folder, string Key)[] Of(LoadedSettings settings) =>
        [(settings.Host.StateDirectory, "state_directory"), (settings.Host.TempDirectory, "temp_directory")];
}
