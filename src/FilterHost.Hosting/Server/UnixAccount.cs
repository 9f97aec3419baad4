namespace FilterHost.Hosting.Server;

/// <summary>A user of this machine.</summary>
/// <param name="Name">The login.</param>
/// <param name="Id">The number.</param>
/// <param name="Groups">All groups, the user's own first.</param>
/// <param name="Home">The home folder.</param>
internal sealed record UnixAccount(string Name, uint Id, IReadOnlyList<uint> Groups, string Home);
