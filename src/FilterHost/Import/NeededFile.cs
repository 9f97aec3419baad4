using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>A file that the host has to read.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsKey">True for a private key, which nobody else may read.</param>
/// <param name="Location">What names it.</param>
internal sealed record NeededFile(string Path, bool IsKey, SettingLocation Location);
