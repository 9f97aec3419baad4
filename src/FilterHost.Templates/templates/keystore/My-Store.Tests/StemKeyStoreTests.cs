using System.Security.Cryptography;
using FilterHost;
using FilterHost.Keys;
using FilterHost.Testing;

namespace PluginNamespace.Tests;

public sealed class StemKeyStoreTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _file = Path.GetTempFileName();
    private readonly StemKeyStore _store;

    public StemKeyStoreTests()
    {
        File.WriteAllText(_file, _key.ExportPkcs8PrivateKeyPem());
        _store = new StemKeyStore(new StemSettings { Domain = DomainName.Parse("example.com"), KeyFile = new FileInfo(_file) });
    }

    [Fact]
    public async Task A_digest_is_signed_with_the_key_of_the_domain()
    {
        var found = Assert.IsType<SigningKeys.Found>(await _store.FindKeysAsync(QueryFor("example.com"), TestContext.Current.CancellationToken));
        var digest = RandomNumberGenerator.GetBytes(32);
        var signed = Assert.IsType<SigningOutcome.Signed>(await _store.SignAsync(found.Keys[0].Id, digest, TestContext.Current.CancellationToken));
        Assert.True(_key.VerifyHash(digest, signed.Signature.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task Mail_of_another_domain_is_not_signed() =>
        Assert.IsType<SigningKeys.NotOurs>(await _store.FindKeysAsync(QueryFor("example.net"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Without_its_file_it_says_so_and_mail_is_deferred()
    {
        File.Delete(_file);
        Assert.IsType<SigningOutcome.Unavailable>(await _store.SignAsync("mail", new byte[32], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_host_takes_its_settings() =>
        Assert.Equal(VerdictKind.Continue, (await FilterTest.For<StemPlugin>("domain = \"example.com\"\nkey_file = \"mail.pem\"").RunAsync()).Verdict);

    public void Dispose()
    {
        _key.Dispose();
        File.Delete(_file);
    }

    private static SigningQuery QueryFor(string domain) => new() { AuthorDomain = DomainName.Parse(domain), AuthorLocalPart = "alice" };
}
