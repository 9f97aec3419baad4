namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Examines both tables before mail comes: a table that cannot be read stops the start, a bad row only its own mail.</summary>
internal sealed class TableCheck(Tables tables, TableKeys keys, TableKeyStoreSettings settings) : IPluginLifetime
{
    // For rows with %: any domain does to see whether the rest is right.
    private static readonly DomainName SomeAuthor = DomainName.Parse("example.com");

    public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        foreach (var (setting, problem) in tables.Problems)
            report.Add(ProblemSeverity.Error, problem, setting);
        if (tables.Signing is not { } signing || tables.Keys is not { } table)
            return ValueTask.CompletedTask;
        var bounded = new BoundedReport(report);
        CheckSigningTable(signing, table, bounded, cancellationToken);
        CheckKeyTable(table, bounded, cancellationToken);
        bounded.Finish();
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> IsStaleAsync(CancellationToken cancellationToken) => ValueTask.FromResult(tables.AreStale);

    internal static string NoSuchName(string place, string name) => $"{place}: key_table has no row '{name}'. Add it, or correct the name.";

    private void CheckSigningTable(SigningTable signing, KeyTable table, BoundedReport report, CancellationToken cancellationToken)
    {
        if (signing.Text.Count == 0)
            report.Add(ProblemSeverity.Warning, "The table has no rows, so no mail is signed. Add rows, or correct the path.", "signing_table");
        for (var row = 0; row < signing.Text.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var place = signing.Text.Place(row);
            if (signing.Row(row, out var problem) is { } parsed)
                CheckSigningRow(place, parsed, AddressText.DomainOf(signing.Text.Key(row)), table, report);
            else
                report.Add(ProblemSeverity.Defect, $"{place}: {problem}", "signing_table");
        }
    }

    private void CheckSigningRow(string place, SigningRow row, DomainName? author, KeyTable table, BoundedReport report)
    {
        // Which key a % means is known only where the row is about one domain.
        if (author is null && row.KeyName == "%")
            return;
        var keyRow = TableSigningKeyStore.RowOf(table, row, author ?? SomeAuthor);
        if (keyRow < 0)
            report.Add(ProblemSeverity.Defect, NoSuchName(place, row.KeyNameFor(author ?? SomeAuthor)), "signing_table");
        else if (author is not null && row.Signer is not null && keys.Parse(table, keyRow, author, out _) is { } key && row.UserIdentifierFor(author, key.Domain) is null)
            report.Add(ProblemSeverity.Warning, $"{place}: '{row.Signer}' is left out of the signature, since its domain is neither {key.Domain} nor below it. Write an identifier of that domain, or none.", "signing_table");
    }

    private void CheckKeyTable(KeyTable table, BoundedReport report, CancellationToken cancellationToken)
    {
        var good = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < table.Text.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (keys.Parse(table, row, SomeAuthor, out var problem) is not { } parsed)
                report.Add(ProblemSeverity.Defect, $"{table.Text.Place(row)}: {problem}", "key_table");
            // A key that many rows share is read once; where a path has a % it has no file yet.
            else if (!KeyRow.DependsOnAuthor(table.Text.Value(row)) || parsed.Path is null)
                good.TryAdd($"{parsed.Algorithm}:{parsed.Path ?? parsed.Inline}", row);
        }
        if (settings.CheckAtStart == CheckAtStart.All)
            CheckKeys(table, [.. good.Values], report, cancellationToken);
    }

    private void CheckKeys(KeyTable table, int[] rows, BoundedReport report, CancellationToken cancellationToken)
    {
        foreach (var key in rows.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(row => keys.Examine(table, row, SomeAuthor)))
        {
            if (key.Problem is not null)
                report.Add(ProblemSeverity.Defect, key.Problem, "key_table");
            if (key.Warning is not null)
                report.Add(ProblemSeverity.Warning, key.Warning, "key_table");
        }
    }
}
