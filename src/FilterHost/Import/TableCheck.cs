using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>Looks at every row of KeyTable and SigningTable, and lists the key files. A bad row fails the mail it is for, so it is a warning.</summary>
internal sealed class TableCheck(DaemonConfiguration configuration, SettingsDraft draft, ProblemList problems)
{
    public void Run(DataSet keys, DataSet signing)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Open(keys) is not { } keyRows || Open(signing) is not { } signingRows)
            return;
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in keyRows)
        {
            names.Add(row.Key);
            if (KeyRow.Parse(row) is not { } key)
                problems.Warning($"the key '{row.Key}' is not domain:selector:key, so mail that it should sign is deferred", row.Location);
            else if (draft.Copies is null && key.FilePath(configuration.Folder) is { } path && files.Add(path))
                draft.Files.Add(new NeededFile(path, IsKey: true, row.Location));
        }
        foreach (var row in signingRows)
        {
            var name = row.Value.Split(':')[0].Trim();
            if (name.Length == 0)
                problems.Warning($"'{row.Key}' names no key, so its mail is deferred", row.Location);
            else if (!names.Contains(name) && name != "%")
                problems.Warning($"'{row.Key}' names the key '{name}', which the KeyTable lacks, so its mail is deferred", row.Location);
        }
    }

    private IReadOnlyList<DataSetRow>? Open(DataSet set)
    {
        // The copy of a KeyTable is the user's own.
        if (set.Path is { } path && (draft.Copies is null || set.Location.Key != "KeyTable"))
            draft.Files.Add(new NeededFile(path, IsKey: false, set.Location));
        return set.Read(problems);
    }
}
