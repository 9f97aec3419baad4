using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>A key file as it was read: the key, or why it cannot be used and what mends it.</summary>
internal sealed record KeyReading(KeyPlace Place, PrivateKey? Key, string? Problem, string? Warning = null);
