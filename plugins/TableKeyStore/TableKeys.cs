using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>From a row's name in the key table to its key.</summary>
internal sealed class TableKeys(TableSources sources, KeyCache cache)
{
    /// <summary>The key of a row, from the cache.</summary>
    public TableKey Find(KeyTable table, int row, DomainName author) => Find(table, row, author, cache.Read);

    /// <summary>The key of a row, read now and not kept.</summary>
    public TableKey Examine(KeyTable table, int row, DomainName author) => Find(table, row, author, cache.ReadAfresh);

    /// <summary>What a row says, its key unread.</summary>
    public KeyRow? Parse(KeyTable table, int row, DomainName author, out string? problem) => KeyRow.Parse(table.Text.Value(row), author, sources.BaseDirectory, out problem);

    private TableKey Find(KeyTable table, int row, DomainName author, Func<KeyRow, TableText, string, KeyFileReading> read)
    {
        var place = table.Text.Place(row);
        if (Parse(table, row, author, out var problem) is not { } parsed)
            return new TableKey(place, null, null, $"{place}: {problem}");
        var reading = read(parsed, table.Text, place);
        if (reading.Key is not { } key)
            return new TableKey(place, parsed, null, parsed.Path is null ? reading.Problem : $"{place}: {reading.Problem}");
        return parsed.Algorithm is { } wanted && wanted != key.Algorithm
            ? new TableKey(place, parsed, null, $"{place}: the row says {Word(wanted)}, but the key is for {Word(key.Algorithm)}. Correct the field, or leave it out.")
            : new TableKey(place, parsed, key, null, parsed.Path is null || reading.Warning is null ? reading.Warning : $"{place}: {reading.Warning}");
    }

    private static string Word(Keys.SigningAlgorithm algorithm) => algorithm == Keys.SigningAlgorithm.RsaSha256 ? "rsa-sha256" : "ed25519-sha256";
}
