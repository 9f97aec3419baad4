using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Server;

/// <summary>Who the host is once its sockets are open.</summary>
/// <param name="Name">As the settings write it.</param>
/// <param name="Id">The user's number.</param>
/// <param name="Groups">All groups, the process's own first.</param>
/// <param name="Home">The home folder, or null for a number without an account.</param>
internal sealed record ServiceUser(string Name, uint Id, IReadOnlyList<uint> Groups, string? Home)
{
    /// <summary>The group of the process.</summary>
    public uint Group => Groups[0];

    /// <summary>The user of the settings; null where they name none, or one that is not there, which is a problem then.</summary>
    public static ServiceUser? Find(LoadedSettings settings, ProblemList problems)
    {
        if (settings.Host.User is not { } name)
            return null;
        uint? group = null;
        if (settings.Host.Group is { } groupName)
        {
            if (!UnixAccounts.TryFindGroup(groupName, out var found))
            {
                problems.Error($"there is no group '{groupName}'", settings.Root.Locate("group"));
                return null;
            }
            group = found;
        }
        if (UnixAccounts.Find(name) is { } account)
            return new ServiceUser(name, account.Id, group is { } own ? [own, .. account.Groups.Where(other => other != own)] : account.Groups, account.Home);
        if (UnixAccounts.TryFindUser(name, out var id) && group is { } only)
            return new ServiceUser(name, id, [only], null);
        problems.Error(
            id == UnixAccounts.Unchanged ? $"there is no user '{name}'" : $"user {name} has no account on this machine, so `group` must be set too",
            settings.Root.Locate("user"));
        return null;
    }
}
