using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Keys;

namespace FilterHost.Plugins.Tests;

/// <summary>A key store on tables of a test's own, and a key for all of them.</summary>
internal sealed class TableKeyStorePlace : IAsyncDisposable
{
    private static readonly string KeyPem = RSA.Create(2048).ExportPkcs8PrivateKeyPem();

    public TableKeyStorePlace() => Plugins.Write("key.pem", KeyPem);

    public LoadedPlugins Plugins { get; } = new();

    public static RSA Key
    {
        get
        {
            var key = RSA.Create();
            key.ImportFromPem(KeyPem);
            return key;
        }
    }

    /// <summary>Twenty rows: <c>k7</c> signs as d7.example with the selector s7.</summary>
    public static string TwentyKeys { get; } = string.Concat(Enumerable.Range(0, 20).Select(static i => $"k{i} d{i}.example:s{i}:./key.pem\n"));

    public IReadOnlyList<Problem> Problems => [.. Plugins.Problems.Ordered()];

    public string Path(string name) => System.IO.Path.Combine(Plugins.Folder, name);

    /// <summary>Both tables as files.</summary>
    public static async Task<TableKeyStorePlace> OfAsync(string signingTable, string? keyTable = null, string form = "refile:", string more = "", string keyForm = "file:", TimeProvider? time = null)
    {
        var place = new TableKeyStorePlace();
        place.Plugins.Write("SigningTable", signingTable);
        place.Plugins.Write("KeyTable", keyTable ?? TwentyKeys);
        return await place.BuildAsync($"{form}SigningTable", $"{keyForm}KeyTable", more, time);
    }

    public async Task<TableKeyStorePlace> BuildAsync(string signingTable, string keyTable, string more = "", TimeProvider? time = null)
    {
        await Plugins.BuildAsync($"[service.keys]\nplugin = \"TableKeyStore\"\nsigning_table = '{signingTable}'\nkey_table = '{keyTable}'\n{more}", time: time);
        return this;
    }

    /// <summary>What signs for an author: <c>d/s/i</c> of each key, or the answer's name with its text.</summary>
    public async Task<string> FindAsync(string address)
    {
        Debug.Assert(Plugins.Generation is not null, string.Join('\n', Problems));
        return await Plugins.Service<ISigningKeyStore>().FindKeysAsync(Query(address), TestContext.Current.CancellationToken) switch
        {
            SigningKeys.Found found => string.Join(' ', found.Keys.Select(static key => $"{key.SigningDomain}/{key.Selector}/{key.UserIdentifier ?? "-"}")),
            SigningKeys.Misconfigured misconfigured => $"misconfigured {misconfigured.Place}",
            SigningKeys.Unavailable unavailable => $"unavailable {unavailable.Reason}",
            _ => "not ours",
        };
    }

    /// <summary>True where what the author's first key signs is verified by <see cref="Key"/>.</summary>
    public async Task<bool> SignsAsync(string address)
    {
        var store = Plugins.Service<ISigningKeyStore>();
        if (await store.FindKeysAsync(Query(address), TestContext.Current.CancellationToken) is not SigningKeys.Found found)
            return false;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(address));
        return await store.SignAsync(found.Keys[0].Id, digest, TestContext.Current.CancellationToken) is SigningOutcome.Signed signed
            && Key.VerifyHash(digest, signed.Signature.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    public ValueTask DisposeAsync() => Plugins.DisposeAsync();

    private static SigningQuery Query(string address)
    {
        var at = address.LastIndexOf('@');
        return new SigningQuery { AuthorLocalPart = address[..at], AuthorDomain = DomainName.Parse(address[(at + 1)..]) };
    }
}
