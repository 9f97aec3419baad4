using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>One row: a key, and the value behind it, which may be empty.</summary>
internal readonly record struct DataSetRow(string Key, string Value, SettingLocation Location);
