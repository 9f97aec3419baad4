namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Both tables, read at first use and then kept. They are never read again but by a reload's new instance: a table that is read while it is being written lets mail out unsigned.</summary>
internal sealed class Tables(TableSources sources)
{
    private readonly Lazy<Reading> _reading = new(() => Read(sources));

    public SigningTable? Signing => _reading.Value.Signing;

    public KeyTable? Keys => _reading.Value.Keys;

    /// <summary>Why a table cannot be read, with its setting.</summary>
    public IReadOnlyList<(string Setting, string Problem)> Problems => _reading.Value.Problems;

    /// <summary>True where a table could not be read, or its file is another by now.</summary>
    public bool AreStale => Signing?.Text.IsStale(sources.Signing) is not false || Keys?.Text.IsStale(sources.Keys) is not false;

    private static Reading Read(TableSources sources)
    {
        var problems = new List<(string, string)>();
        var signing = ReadText(sources.Signing, "signing_table", problems);
        var keys = ReadText(sources.Keys, "key_table", problems);
        return new Reading(signing is null ? null : new SigningTable(sources.Signing, signing), keys is null ? null : new KeyTable(sources.Keys, keys), problems);
    }

    private static TableText? ReadText(DataSet source, string setting, List<(string, string)> problems)
    {
        if (!TableText.TryRead(source, setting, out var text, out var problem))
            problems.Add((setting, problem));
        return text;
    }

    private sealed record Reading(SigningTable? Signing, KeyTable? Keys, IReadOnlyList<(string Setting, string Problem)> Problems);
}
