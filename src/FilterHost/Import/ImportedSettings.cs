
namespace FilterHost.Import;

/// <summary>What an import comes to.</summary>
/// <param name="Source">The configuration file, or both.</param>
/// <param name="Text">The filterhost.toml.</param>
/// <param name="User">The user that the host will run as; null where the configuration names none.</param>
/// <param name="Files">The files that it has to read.</param>
/// <param name="IsInBackground">True if the daemon would go to the background.</param>
internal sealed record ImportedSettings(string Source, string Text, string? User, IReadOnlyList<NeededFile> Files, bool IsInBackground);
