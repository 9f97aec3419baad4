using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FilterHost.Keys;

namespace FilterHost.Plugins.Tests;

public sealed class FileKeyStoreFormatTests
{
    // RFC 8463 A.2, seed and public key.
    private const string Seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    private const string PublicKeyOfSeed = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    // The same key as openssl writes it (RFC 8410 §7: PKCS#8).
    private const string Ed25519Pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

    private static readonly RSA Rsa = RSA.Create(2048);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> RsaTexts => new()
    {
        { "PKCS#8", Rsa.ExportPkcs8PrivateKeyPem() + "\n" },
        { "PKCS#1", Rsa.ExportRSAPrivateKeyPem() + "\n" },
        { "line ends of Windows", Rsa.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\r\n") + "\r\n" },
        { "no line end at the end", Rsa.ExportPkcs8PrivateKeyPem() },
        { "text before and after", $"Key for example.com\nmade 2026\n{Rsa.ExportPkcs8PrivateKeyPem()}\nKeep it.\n" },
        { "certificate before", $"{Certificate()}\n{Rsa.ExportRSAPrivateKeyPem()}\n" },
    };

    public static TheoryData<string, string> Ed25519Texts => new()
    {
        { "PKCS#8", Ed25519Pem },
        { "line ends of Windows", Ed25519Pem.ReplaceLineEndings("\r\n") },
        { "seed", Seed },
        { "seed and line end", Seed + "\r\n" },
    };

    public static TheoryData<string, string> Refused => new()
    {
        { "is empty", "" },
        { "is empty", " \n" },
        { "is no private key", "hello" },
        { "is no private key", Seed[4..] },
        { "is encrypted", Rsa.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)) },
        { "is encrypted", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n" },
        { "is a certificate", Certificate() },
        { "is a public key", Rsa.ExportSubjectPublicKeyInfoPem() },
        { "is a public key", Rsa.ExportRSAPublicKeyPem() },
        { "is an elliptic curve key", ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportECPrivateKeyPem() },
        { "is no private key", ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem() },
        { "is a key of OpenSSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n" },
        { "is damaged", Rsa.ExportPkcs8PrivateKeyPem()[..200] },
        { "is no private key", Ed25519Pem.Replace("MC4CAQ", "MC4CBQ", StringComparison.Ordinal) },
        { "768 bits", RSA.Create(768).ExportPkcs8PrivateKeyPem() },
        { "more than 65536 octets", new string('x', 65537) },
    };

    [Theory]
    [MemberData(nameof(RsaTexts))]
    public async Task An_RSA_key_is_read_in_each_of_its_forms(string form, string text)
    {
        await using var plugins = await WithKeyAsync(text);
        Assert.True(plugins.Problems.Count == 0, $"{form}: {plugins.Problems}");
        var key = Assert.Single(await plugins.Service<ISigningKeyAdministration>().ListAsync(Cancel));
        Assert.Equal(Rsa.ExportSubjectPublicKeyInfo(), key.PublicKey.ToArray());
    }

    [Theory]
    [MemberData(nameof(Ed25519Texts))]
    public async Task An_Ed25519_key_is_read_in_each_of_its_forms(string form, string text)
    {
        await using var plugins = await WithKeyAsync(text);
        Assert.True(plugins.Problems.Count == 0, $"{form}: {plugins.Problems}");
        var key = Assert.Single(await plugins.Service<ISigningKeyAdministration>().ListAsync(Cancel));
        Assert.Equal((SigningAlgorithm.Ed25519Sha256, PublicKeyOfSeed), (key.Algorithm!.Value, Convert.ToBase64String(key.PublicKey.Span)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_no_usable_key_is_named_for_what_it_is(string problem, string text)
    {
        await using var plugins = await WithKeyAsync(text);
        Assert.Null(plugins.Generation);
        var found = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Error, found.Severity);
        Assert.StartsWith(Path.Combine(plugins.Folder, "s.pem"), found.Text, StringComparison.Ordinal);
        Assert.Contains(problem, found.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(4608)]
    public async Task An_RSA_key_that_verifiers_may_not_take_is_a_warning(int bits)
    {
        using var rsa = RSA.Create(bits);
        await using var plugins = await WithKeyAsync(rsa.ExportPkcs8PrivateKeyPem());
        Assert.NotNull(plugins.Generation);
        var found = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Warning, found.Severity);
        Assert.Contains($"{bits} bits", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_place_of_a_key_is_refused()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("s.pem/x", "");
        await plugins.BuildAsync(Named());
        Assert.Contains("is no file", Assert.Single(plugins.Problems.Ordered()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    public async Task A_domains_folder_is_found_in_any_writing(string folder, string domain)
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write($"keys/{folder}/s.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Folder);
        Assert.Empty(plugins.Problems.Ordered());
        Assert.IsType<SigningKeys.Found>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query(domain), Cancel));
        Assert.Equal(domain, Assert.Single(await plugins.Service<ISigningKeyAdministration>().ListAsync(Cancel)).SigningDomain.ToString());
    }

    [Fact]
    public async Task A_second_folder_of_a_domain_is_a_defect_that_names_both()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/Example.COM/a.pem", Rsa.ExportPkcs8PrivateKeyPem());
        plugins.Write("keys/example.com/b.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Folder);
        var found = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Defect, found.Severity);
        Assert.Contains("keys/Example.COM is not looked at", found.Text, StringComparison.Ordinal);
        Assert.Contains("keys/example.com is the folder", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_keys_that_others_can_write_stops_the_start()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/s.pem", Rsa.ExportPkcs8PrivateKeyPem());
        var keys = Path.Combine(plugins.Folder, "keys");
        File.SetUnixFileMode(keys, File.GetUnixFileMode(keys) | UnixFileMode.OtherWrite);
        await plugins.BuildAsync(Folder);
        var found = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Error, found.Severity);
        Assert.Contains($"chmod go-w {keys}", found.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("@")]
    [InlineData("@example.org")]
    [InlineData("@badexample.com")]
    [InlineData("@com")]
    public async Task A_user_identifier_outside_the_signing_domain_stops_the_start(string identifier)
    {
        await using var plugins = await WithKeyAsync(Seed, $"user_identifier = \"{identifier}\"\n");
        Assert.Null(plugins.Generation);
        var found = Assert.Single(plugins.Problems.Ordered());
        Assert.EndsWith("keys[0].user_identifier", found.Location!.Key, StringComparison.Ordinal);
        Assert.Contains("@example.com", found.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@example.com")]
    [InlineData("@MAIL.Example.com")]
    [InlineData("some.one@example.com")]
    public async Task A_user_identifier_at_or_below_the_signing_domain_is_taken(string identifier)
    {
        await using var plugins = await WithKeyAsync(Seed, $"user_identifier = \"{identifier}\"\n");
        Assert.Empty(plugins.Problems.Ordered());
        var found = Assert.IsType<SigningKeys.Found>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.com"), Cancel));
        Assert.Equal(identifier, Assert.Single(found.Keys).UserIdentifier);
    }

    private const string Folder = "[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"";

    private static string Named(string more = "") =>
        $"[service.keys]\nplugin = \"FileKeyStore\"\n[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"s\"\nfile = \"s.pem\"\n{more}";

    private static async Task<LoadedPlugins> WithKeyAsync(string text, string more = "")
    {
        var plugins = new LoadedPlugins();
        plugins.Write("s.pem", text);
        return await plugins.BuildAsync(Named(more));
    }

    private static string Certificate()
    {
        var request = new CertificateRequest("CN=example.com", Rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        return certificate.ExportCertificatePem();
    }

    private static SigningQuery Query(string domain) => new() { AuthorDomain = DomainName.Parse(domain), AuthorLocalPart = "a" };
}
