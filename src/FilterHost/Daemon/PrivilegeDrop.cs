using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Daemon;

/// <summary>Makes the process the user of the settings, before any plugin is loaded.</summary>
internal static class PrivilegeDrop
{
    /// <summary>
    /// Becomes the user that the settings name, if they name one and the process is root. What that user needs and only root can make is made before.
    /// </summary>
    /// <returns>False if the process is not who it should be, for a reason that is among the problems: no plugin may be loaded then.</returns>
    public static bool Run(LoadedSettings settings, ProblemList problems)
    {
        if (settings.Host.Umask is { } text && ListenerSettings.TryParseMode(text, out var umask))
            _ = ProcessIdentity.SetUmask((uint)umask);
        if (settings.Host.User is not { } name)
            // A file that names a user although its host part could not be read.
            return !settings.Root.Entries.ContainsKey("user");
        if (ServiceUser.Find(settings, problems) is not { } user)
            return false;
        if (!ProcessIdentity.IsRoot)
            return IsAlready(user, settings, problems);
        ServiceFolders.Make(settings, user, problems);
        if (ProcessIdentity.Become(user.Id, user.Groups) is { } failure)
        {
            problems.Error($"cannot become the user {name}: {failure}", settings.Root.Locate("user"));
            return false;
        }
        if (user.Home is { } home)
            Environment.SetEnvironmentVariable("HOME", home);
        ServiceFolders.Check(settings, user, problems);
        return true;
    }

    private static bool IsAlready(ServiceUser user, LoadedSettings settings, ProblemList problems)
    {
        var (id, group) = UnixAccounts.Current;
        if (id != user.Id)
            problems.Error($"the program was started as user {id} and cannot become {user.Name}: start it as root or as {user.Name}, or leave `user` out", settings.Root.Locate("user"));
        else if (settings.Host.Group is { } wanted && group != user.Group)
            problems.Error($"the program was started with group {group} and cannot take {wanted}: start it as root or with that group, or leave `group` out", settings.Root.Locate("group"));
        else
            return true;
        return false;
    }
}
