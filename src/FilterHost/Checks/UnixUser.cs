using FilterHost.Hosting.Server;

namespace FilterHost.Checks;

/// <summary>An account of this machine, and what it may do with files of others.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The number.</param>
/// <param name="Groups">The groups, the account's own first.</param>
internal sealed record UnixUser(string Name, uint Id, IReadOnlyList<uint> Groups)
{
    /// <summary>The user of that name, or null.</summary>
    public static UnixUser? Find(string name) =>
        UnixAccounts.Find(name) is { } account ? new UnixUser(account.Name, account.Id, account.Groups) : null;

    /// <summary>True if the modes give the account this right, which is named by its bit for all others.</summary>
    public bool May(UnixFileMode right, UnixFileStatus file, UnixFileMode mode)
    {
        if (Id == 0)
            return true;
        var shift = Id == file.User ? 6 : Groups.Contains(file.Group) ? 3 : 0;
        return ((int)mode & ((int)right << shift)) != 0;
    }
}
