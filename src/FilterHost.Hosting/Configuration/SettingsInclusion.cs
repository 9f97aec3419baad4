using System.IO.Enumeration;
using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>Reads a file and those it includes into one table.</summary>
internal sealed class SettingsInclusion(ProblemList problems)
{
    // A file of settings is some kilobytes; what is larger is the wrong file.
    private const int LargestFile = 4 << 20;
    private const int DeepestInclusion = 8;
    private const int MostFiles = 1000;

    private readonly List<string> _files = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The merged tables, or null if a file cannot be read or is not TOML.</summary>
    public SettingsTable? Read(string path) => Read(path, depth: 0, namedAt: null);

    private SettingsTable? Read(string path, int depth, SettingLocation? namedAt)
    {
        if (ReadText(path, namedAt) is not { } text || SettingsSyntax.Parse(text, path, problems) is not { } table)
            return null;
        var isWhole = true;
        foreach (var (file, at) in Includes(table, path))
        {
            if (!IsAllowed(file, depth, at))
                isWhole = false;
            else if (Read(file, depth + 1, at) is { } included)
                Merge(table, included, isRoot: true);
            else
                isWhole = false;
        }
        return isWhole ? table : null;
    }

    private bool IsAllowed(string file, int depth, SettingLocation at)
    {
        var refusal = depth >= DeepestInclusion ? $"files include each other deeper than {DeepestInclusion}"
            : _files.Count >= MostFiles ? $"more than {MostFiles} files"
            : _read.Contains(Path.GetFullPath(file)) ? $"'{file}' is included twice"
            : null;
        if (refusal is not null)
            problems.Error(refusal, at);
        return refusal is null;
    }

    private string? ReadText(string path, SettingLocation? namedAt)
    {
        _files.Add(path);
        _read.Add(Path.GetFullPath(path));
        try
        {
            if (FileText.ReadBounded(path, LargestFile) is not { } bytes)
                return Refuse($"'{path}' is larger than {new ByteSize(LargestFile)}", namedAt);
            return Decode(bytes, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Refuse($"'{path}' cannot be read: {(Directory.Exists(path) ? "it is a folder" : FileText.Reason(failure))}", namedAt);
        }
    }

    private string? Decode(byte[] bytes, string path)
    {
        try
        {
            return FileText.StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            var before = bytes.AsSpan(0, Math.Clamp(failure.Index, 0, bytes.Length));
            var line = before.Count((byte)'\n') + 1;
            return Refuse("the file is not UTF-8 here", new SettingLocation(path, line, before.Length - before.LastIndexOf((byte)'\n'), ""));
        }
    }

    private string? Refuse(string text, SettingLocation? at)
    {
        problems.Error(text, at);
        return null;
    }

    private List<(string File, SettingLocation At)> Includes(SettingsTable table, string path)
    {
        var files = new List<(string, SettingLocation)>();
        // Anything else than a list of strings is reported when the host's keys are bound.
        foreach (var item in table.Array("include")?.Items ?? [])
        {
            if (item is SettingScalar { Value: string { Length: > 0 } pattern } && !pattern.Contains('\0', StringComparison.Ordinal))
                files.AddRange(Matches(Path.Combine(Path.GetDirectoryName(path) ?? "", pattern), item.ValueLocation).Select(file => (file, item.ValueLocation)));
        }
        return files;
    }

    private List<string> Matches(string pattern, SettingLocation at)
    {
        var name = Path.GetFileName(pattern);
        if (!name.AsSpan().ContainsAny('*', '?'))
            return [pattern];
        var folder = Path.GetDirectoryName(pattern) is { Length: > 0 } named ? named : ".";
        try
        {
            return Directory.EnumerateFiles(folder)
                .Where(file => !Path.GetFileName(file).StartsWith('.') && FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(file), ignoreCase: false))
                .Order(StringComparer.Ordinal)
                .ToList();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Error($"the folder '{folder}' cannot be read: {(failure is DirectoryNotFoundException ? "there is no such folder" : FileText.Reason(failure))}", at);
            return [];
        }
    }

    private void Merge(SettingsTable into, SettingsTable from, bool isRoot)
    {
        foreach (var (key, node) in from.Entries)
        {
            if (isRoot && key == "include" || into.TryAdd(key, node))
                continue;
            var there = into.Entries[key];
            if (isRoot && key is "filter" or "service" && there is SettingsTable tables && node is SettingsTable more)
                Merge(tables, more, isRoot: false);
            else if (isRoot && key == "listener" && there is SettingsArray listeners && node is SettingsArray others)
                others.Items.ToList().ForEach(listeners.Add);
            else
                problems.Error($"already set at {there.Location.File}:{there.Location.Line}:{there.Location.Column}", node.Location);
        }
    }
}
