using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Plugins.Tests;

public sealed class FileKeyStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly RSA Rsa = RSA.Create(2048);

    [Fact]
    public async Task A_folder_per_domain_gives_its_key_and_signs_what_the_public_key_verifies()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync("[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"");
        Assert.Empty(plugins.Problems.Ordered());
        var store = plugins.Service<ISigningKeyStore>();
        var found = Assert.IsType<SigningKeys.Found>(await store.FindKeysAsync(Query("example.com"), Cancel));
        var key = Assert.Single(found.Keys);
        Assert.Equal(("example.com", "sel", SigningAlgorithm.RsaSha256), (key.SigningDomain.ToString(), key.Selector, key.Algorithm));
        var digest = SHA256.HashData("mail"u8);
        var signed = Assert.IsType<SigningOutcome.Signed>(await store.SignAsync(key.Id, digest, Cancel));
        Assert.True(Rsa.VerifyHash(digest, signed.Signature.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task A_domain_without_a_folder_is_not_ours()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync("[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"");
        Assert.IsType<SigningKeys.NotOurs>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.org"), Cancel));
    }

    [Theory]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    public async Task Both_PEM_forms_of_RSA_are_read(string head)
    {
        var pem = head.Contains("RSA", StringComparison.Ordinal) ? Rsa.ExportRSAPrivateKeyPem() : Rsa.ExportPkcs8PrivateKeyPem();
        Assert.StartsWith(head, pem, StringComparison.Ordinal);
        await using var plugins = new LoadedPlugins();
        plugins.Write("server1.private", pem);
        await plugins.BuildAsync(Explicit("server1.private"));
        Assert.Empty(plugins.Problems.Ordered());
        Assert.IsType<SigningKeys.Found>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.com"), Cancel));
    }

    [Fact]
    public async Task A_named_key_that_is_missing_stops_the_start_at_its_line()
    {
        await using var plugins = await new LoadedPlugins().BuildAsync(Explicit("no.pem"));
        Assert.Null(plugins.Generation);
        var problem = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Error, problem.Severity);
        Assert.EndsWith("keys[0].file", problem.Location!.Key, StringComparison.Ordinal);
        Assert.Equal(8, problem.Location.Line);
        Assert.Contains("no.pem", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_key_that_others_can_read_stops_the_start_with_the_command_that_mends_it()
    {
        await using var plugins = new LoadedPlugins();
        var path = plugins.Write("sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await plugins.BuildAsync(Explicit("sel.pem"));
        Assert.Null(plugins.Generation);
        var text = Assert.Single(plugins.Problems.Ordered()).Text;
        Assert.Contains("0644", text, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {path}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_key_in_the_folder_fails_the_check_and_defers_that_domains_mail_only()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        plugins.Write("keys/bad.example/sel.pem", "no key");
        await plugins.BuildAsync("[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"");
        Assert.Equal(ProblemSeverity.Defect, Assert.Single(plugins.Problems.Ordered()).Severity);
        var store = plugins.Service<ISigningKeyStore>();
        Assert.IsType<SigningKeys.Misconfigured>(await store.FindKeysAsync(Query("bad.example"), Cancel));
        Assert.IsType<SigningKeys.Found>(await store.FindKeysAsync(Query("example.com"), Cancel));
    }

    [Fact]
    public async Task A_missing_key_is_made_where_that_is_asked_for_and_one_that_is_there_is_never_touched()
    {
        await using var plugins = new LoadedPlugins();
        var kept = plugins.Write("kept.pem", Rsa.ExportPkcs8PrivateKeyPem());
        var before = File.ReadAllText(kept);
        await plugins.BuildAsync(Explicit("kept.pem", "generate_missing = true")
            + "[[service.keys.keys]]\ndomain = \"example.org\"\nselector = \"new\"\nfile = \"made/new.pem\"\n");
        Assert.Equal(before, File.ReadAllText(kept));
        var made = Path.Combine(plugins.Folder, "made/new.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(made)!));
        Assert.IsType<SigningKeys.Found>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.org"), Cancel));
    }

    [Fact]
    public async Task A_key_is_made_once_and_listed()
    {
        await using var plugins = new LoadedPlugins();
        Directory.CreateDirectory(Path.Combine(plugins.Folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await plugins.BuildAsync("[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"");
        var administration = plugins.Service<ISigningKeyAdministration>();
        var request = new SigningKeyRequest { SigningDomain = DomainName.Parse("example.com"), Selector = "ed", Algorithm = SigningAlgorithm.Ed25519Sha256 };
        var made = await administration.CreateAsync(request, Cancel);
        Assert.Equal(32, made.PublicKey.Length);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await administration.CreateAsync(request, Cancel));
        Assert.Equal("ed", Assert.Single(await administration.ListAsync(Cancel)).Selector);
    }

    [Fact]
    public async Task A_domain_folder_without_a_key_is_misconfigured_and_fails_the_check()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem.retired", "");
        await plugins.BuildAsync(Folder);
        var problem = Assert.Single(plugins.Problems.Ordered());
        Assert.Equal(ProblemSeverity.Defect, problem.Severity);
        Assert.Contains(Path.Combine(plugins.Folder, "keys/example.com"), problem.Text, StringComparison.Ordinal);
        var store = plugins.Service<ISigningKeyStore>();
        Assert.IsType<SigningKeys.Misconfigured>(await store.FindKeysAsync(Query("example.com"), Cancel));
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        Assert.IsType<SigningKeys.Found>(await store.FindKeysAsync(Query("example.com"), Cancel));
    }

    [Fact]
    public async Task A_domain_folder_that_cannot_be_listed_is_misconfigured_and_fails_the_check()
    {
        if (Environment.IsPrivilegedProcess)
            Assert.Skip("root lists every folder");
        await using var plugins = new LoadedPlugins();
        var folder = Path.GetDirectoryName(plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem()))!;
        File.SetUnixFileMode(folder, UnixFileMode.None);
        try
        {
            await plugins.BuildAsync(Folder);
            var problem = Assert.Single(plugins.Problems.Ordered());
            Assert.Equal(ProblemSeverity.Defect, problem.Severity);
            Assert.Contains(folder, problem.Text, StringComparison.Ordinal);
            Assert.IsType<SigningKeys.Misconfigured>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.com"), Cancel));
            Assert.NotNull(Assert.Single(await plugins.Service<ISigningKeyAdministration>().ListAsync(Cancel)).Problem);
        }
        finally
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_key_folder_that_goes_away_is_misconfigured_for_every_domain()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Folder);
        Directory.Move(Path.Combine(plugins.Folder, "keys"), Path.Combine(plugins.Folder, "away"));
        Assert.IsType<SigningKeys.Misconfigured>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.org"), Cancel));
    }

    [Fact]
    public async Task Two_entries_of_one_domain_and_selector_stop_the_start()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Explicit("sel.pem") + "[[service.keys.keys]]\ndomain = \"Example.COM\"\nselector = \"sel\"\nfile = \"sel.pem\"\n");
        Assert.Null(plugins.Generation);
        var problem = Assert.Single(plugins.Problems.Ordered());
        Assert.EndsWith("keys[1].selector", problem.Location!.Key, StringComparison.Ordinal);
        Assert.Contains("keys[0]", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_signed_is_unavailable()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Folder);
        var store = plugins.Service<ISigningKeyStore>();
        var found = Assert.IsType<SigningKeys.Found>(await store.FindKeysAsync(Query("example.com"), Cancel));
        Assert.IsType<SigningOutcome.Unavailable>(await store.SignAsync(found.Keys[0].Id, new byte[5], Cancel));
        Assert.IsType<SigningOutcome.Unavailable>(await store.SignAsync("example.com/other", new byte[32], Cancel));
    }

    [Fact]
    public async Task Keys_of_opendkim_and_openssl_both_sign_with_RSA_first()
    {
        await using var plugins = new LoadedPlugins();
        var folder = Path.GetDirectoryName(plugins.Write("keys/example.com/note", ""))!;
        await RunAsync("opendkim-genkey", "-b", "2048", "-d", "example.com", "-s", "zzz", "-D", folder);
        File.Move(Path.Combine(folder, "zzz.private"), Path.Combine(folder, "zzz.pem"));
        await RunAsync("openssl", "genpkey", "-algorithm", "ed25519", "-out", Path.Combine(folder, "aaa.pem"));
        await plugins.BuildAsync(Folder);
        Assert.Empty(plugins.Problems.Ordered());
        var found = Assert.IsType<SigningKeys.Found>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.com"), Cancel));
        Assert.Equal([("zzz", SigningAlgorithm.RsaSha256), ("aaa", SigningAlgorithm.Ed25519Sha256)], found.Keys.Select(key => (key.Selector, key.Algorithm)));
    }

    [Fact]
    public async Task A_retired_key_stays_on_disk_and_signs_no_more()
    {
        await using var plugins = new LoadedPlugins();
        var path = plugins.Write("keys/example.com/sel.pem", Rsa.ExportPkcs8PrivateKeyPem());
        await plugins.BuildAsync(Folder);
        var administration = plugins.Service<ISigningKeyAdministration>();
        await administration.RetireAsync(DomainName.Parse("example.com"), "sel", Cancel);
        Assert.True(File.Exists(path + ".retired"));
        Assert.IsType<SigningKeys.Misconfigured>(await plugins.Service<ISigningKeyStore>().FindKeysAsync(Query("example.com"), Cancel));
        // A message that found it before is signed all the same; the ids of others lead nowhere.
        Assert.IsType<SigningOutcome.Signed>(await plugins.Service<ISigningKeyStore>().SignAsync("example.com/sel", new byte[32], Cancel));
        Assert.IsType<SigningOutcome.Unavailable>(await plugins.Service<ISigningKeyStore>().SignAsync("example.com/../example.com/sel", new byte[32], Cancel));
        Assert.IsType<SigningOutcome.Unavailable>(await plugins.Service<ISigningKeyStore>().SignAsync("example.com/other", new byte[32], Cancel));
    }

    [Fact]
    public async Task A_pending_key_signs_only_when_it_is_activated()
    {
        await using var plugins = new LoadedPlugins();
        Directory.CreateDirectory(Path.GetDirectoryName(plugins.Write("keys/note", ""))!);
        await plugins.BuildAsync(Folder);
        var (administration, store) = (plugins.Service<ISigningKeyAdministration>(), plugins.Service<ISigningKeyStore>());
        var domain = DomainName.Parse("example.com");
        var made = await administration.CreateAsync(new SigningKeyRequest { SigningDomain = domain, Selector = "new", Algorithm = SigningAlgorithm.Ed25519Sha256, IsPending = true }, Cancel);
        Assert.Equal((SigningKeyState.Pending, (string?)null), (made.State, made.Problem));
        Assert.IsType<SigningKeys.NotOurs>(await store.FindKeysAsync(Query("example.com"), Cancel));
        Assert.Equal(SigningKeyState.Pending, Assert.Single(await administration.ListAsync(Cancel)).State);
        Assert.IsType<SigningOutcome.Unavailable>(await store.SignAsync("example.com/new", new byte[32], Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => administration.CreateAsync(new SigningKeyRequest { SigningDomain = domain, Selector = "new" }, Cancel).AsTask());
        await administration.ActivateAsync(domain, "new", Cancel);
        Assert.Equal("new", Assert.Single(Assert.IsType<SigningKeys.Found>(await store.FindKeysAsync(Query("example.com"), Cancel)).Keys).Selector);
        await administration.RetireAsync(domain, "new", Cancel);
        Assert.Equal(SigningKeyState.Retired, Assert.Single(await administration.ListAsync(Cancel), key => key.Selector == "new").State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => administration.ActivateAsync(domain, "new", Cancel).AsTask());
    }

    private const string Folder = "[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"";

    private static async Task RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var errors = await process.StandardError.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            Assert.True(process.ExitCode == 0, errors);
        }
        catch (Win32Exception)
        {
            Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"{program} is not installed");
            Assert.Skip($"{program} is not installed");
        }
    }

    private static string Explicit(string file, string more = "") =>
        $"[service.keys]\nplugin = \"FileKeyStore\"\n{more}\n[[service.keys.keys]]\ndomain = \"example.com\"\nfile = \"{file}\"\nselector = \"sel\"\n";

    private static SigningQuery Query(string domain) => new() { AuthorDomain = DomainName.Parse(domain), AuthorLocalPart = "a" };
}
