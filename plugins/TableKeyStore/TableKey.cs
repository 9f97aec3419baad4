using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>A row of the key table with its key, for one author; <paramref name="Row"/> is null where the row cannot be used.</summary>
/// <param name="Place">File and line of the row.</param>
/// <param name="Row">What the row says.</param>
/// <param name="Key">The key; null where it cannot be used.</param>
/// <param name="Problem">Why it cannot be used, place and remedy included; null for a key that can.</param>
/// <param name="Warning">What is doubtful about a key that can be used.</param>
internal sealed record TableKey(string Place, KeyRow? Row, PrivateKey? Key, string? Problem, string? Warning = null);
