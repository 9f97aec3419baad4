using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Finds keys by the tables, signs with them and lists them. The tables are the administrator's: nothing is written to them.</summary>
internal sealed class TableSigningKeyStore(Tables tables, TableKeys keys, TableKeyStoreSettings settings) : ISigningKeyStore, ISigningKeyAdministration
{
    // Nothing but rows that hold for any author are described without one.
    private static readonly DomainName NoAuthor = DomainName.Parse("invalid");

    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) => ValueTask.FromResult(Find(query));

    public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        if (KeyOf(keyId) is not { Key: { } key } found)
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Unavailable($"the key {keyId} is no longer there"));
        try
        {
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Signed(key.Sign(digest.Span)));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or InvalidOperationException)
        {
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Unavailable($"the key of {found.Place} cannot sign: {error.Message}"));
        }
    }

    public ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken)
    {
        if (tables.Signing is not { } signing || tables.Keys is not { } table)
            throw new InvalidOperationException(tables.Problems[0].Problem);
        return ValueTask.FromResult<IReadOnlyList<SigningKeyDescription>>(
            Enumerable.Range(0, table.Text.Count)
                .Where(row => !KeyRow.DependsOnAuthor(table.Text.Value(row)))
                .Select(row => (Row: row, Author: NoAuthor))
                .Concat(RowsOfAuthors(signing, table))
                .Select(each => keys.Examine(table, each.Row, each.Author))
                .Where(key => key.Row is not null)
                .Select(Describe)
                .ToArray());
    }

    public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException(
        $"The key of {request.SigningDomain} was not made: OpenDKIM's tables are written by the administrator alone. Make it with opendkim-genkey or openssl, add its rows to both tables, and reload; or use the plugin FileKeyStore.");

    public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) => throw new InvalidOperationException(
        $"{selector}._domainkey.{signingDomain} was not retired: OpenDKIM's tables are written by the administrator alone. Take its rows out of both tables, and reload.");

    private SigningKeys Find(SigningQuery query)
    {
        if (tables.Signing is not { } signing || tables.Keys is not { } table)
            return new SigningKeys.Unavailable(tables.Problems[0].Problem);
        // A name for questions may hold a slash; only a mail domain may stand in a path.
        if (!DomainName.TryParse(query.AuthorDomain.ToString(), out _))
            return SigningKeys.NotOurs.Instance;
        var rows = signing.Find(query, settings.MultipleSignatures);
        if (rows.Count == 0)
            return SigningKeys.NotOurs.Instance;
        var found = new SigningKey[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            if (KeyFor(signing, table, rows[i], query.AuthorDomain, out var problem) is not { } key)
                return new SigningKeys.Misconfigured(problem!);
            // OpenDKIM puts each signature above the one before.
            found[^(i + 1)] = key;
        }
        return new SigningKeys.Found(found);
    }

    private SigningKey? KeyFor(SigningTable signing, KeyTable table, int row, DomainName author, out string? problem)
    {
        if (signing.Row(row, out problem) is not { } parsed)
        {
            problem = $"{signing.Text.Place(row)}: {problem}";
            return null;
        }
        var keyRow = RowOf(table, parsed, author);
        if (keyRow < 0)
        {
            problem = TableCheck.NoSuchName(signing.Text.Place(row), parsed.KeyNameFor(author));
            return null;
        }
        var key = keys.Find(table, keyRow, author);
        problem = key.Problem;
        return key.Key is null ? null : new SigningKey
        {
            Id = $"{author}/{parsed.KeyNameFor(author)}",
            SigningDomain = key.Row!.Domain,
            Selector = key.Row.Selector,
            Algorithm = key.Key.Algorithm,
            UserIdentifier = parsed.UserIdentifierFor(author, key.Row.Domain),
        };
    }

    internal static int RowOf(KeyTable table, SigningRow row, DomainName author) => row.KeyName == "%" ? table.Find(author) : table.Find(row.KeyName);

    // The id is the author's domain and the name in the key table, which no domain can confuse.
    private TableKey? KeyOf(string keyId)
    {
        var slash = keyId.IndexOf('/', StringComparison.Ordinal);
        if (tables.Keys is not { } table || slash < 0 || !DomainName.TryParse(keyId.AsSpan(0, slash), out var author))
            return null;
        var name = keyId[(slash + 1)..];
        var row = name == author.ToString() ? table.Find(author) : table.Find(name);
        return row < 0 ? null : keys.Find(table, row, author);
    }

    // Rows with % are keys of the domains that the signing table names.
    private static IEnumerable<(int Row, DomainName Author)> RowsOfAuthors(SigningTable signing, KeyTable table) =>
        Enumerable.Range(0, signing.Text.Count)
            .Select(row => (Author: AddressText.DomainOf(signing.Text.Key(row)), Row: signing.Row(row, out _)))
            .Where(each => each is { Author: not null, Row: not null })
            .Select(each => (Row: RowOf(table, each.Row!, each.Author!), Author: each.Author!))
            .Where(each => each.Row >= 0 && KeyRow.DependsOnAuthor(table.Text.Value(each.Row)))
            .Distinct();

    private static SigningKeyDescription Describe(TableKey key) => new()
    {
        SigningDomain = key.Row!.Domain,
        Selector = key.Row.Selector,
        Algorithm = key.Key?.Algorithm,
        Bits = key.Key?.Bits ?? 0,
        PublicKey = key.Key?.PublicKey ?? [],
        Place = key.Place,
        Problem = key.Problem,
    };
}
