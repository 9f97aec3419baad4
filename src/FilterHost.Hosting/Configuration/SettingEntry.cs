namespace FilterHost.Hosting.Configuration;

/// <summary>One key, as the reference prints it.</summary>
/// <param name="Path">The key; below a nested table <c>keys[].file</c>.</param>
/// <param name="Type">What it takes, in words, with its range.</param>
/// <param name="Default">The default as TOML, or null where there is none to show.</param>
/// <param name="Sample">A value that could stand in a file, as TOML.</param>
/// <param name="IsRequired">There is no default.</param>
/// <param name="Text">Meaning, effect, reason and what goes wrong.</param>
/// <param name="IsNested">It is a key of a nested table, which the sample of the outer key shows.</param>
internal sealed record SettingEntry(string Path, string Type, string? Default, string Sample, bool IsRequired, string Text, bool IsNested);
