namespace FilterHost.Hosting.Configuration;

/// <summary>Where a setting stands.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Key">The whole key: <c>filter.sign.keys[0].file</c>; empty for the file itself.</param>
internal sealed record SettingLocation(string File, int Line, int Column, string Key)
{
    public override string ToString() => Key.Length == 0 ? $"{File}:{Line}:{Column}" : $"{File}:{Line}:{Column}: {Key}";
}
