using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Checks;

/// <summary>What keeps a Unix socket from being made, found before anything listens.</summary>
internal static class SocketCheck
{
    public static void Run(LoadedSettings? settings, ProblemList problems)
    {
        foreach (var listener in settings?.Listeners ?? [])
        {
            if (listener.Address?.Path is not { } path)
                continue;
            if (UnixSocketFile.FindProblem(path) is { } problem)
                problems.Error(problem, listener.Table.Locate("socket"));
            if (listener.Settings.Owner is { } owner && !UnixAccounts.TryFindUser(owner, out _))
                problems.Error($"there is no user '{owner}'", listener.Table.Locate("owner"));
            if (listener.Settings.Group is { } group && !UnixAccounts.TryFindGroup(group, out _))
                problems.Error($"there is no group '{group}'", listener.Table.Locate("group"));
        }
    }
}
