using FilterHost.Examples.CustomKeyStore;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Plugins.DkimVerify;
using FilterHost.Plugins.Tests;
using FilterHost.Testing;
using FilterHost.Tests;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Examples.Tests;

/// <summary>The example of a key store of one's own.</summary>
public sealed class CustomKeyStoreTests : IDisposable
{
    private readonly Pkcs12File _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_message_is_signed_with_the_key_of_the_file()
    {
        var publicKey = _file.Write();
        var signed = await Signing().RunAsync();
        signed.ExpectDelivered().ExpectNoProblems();
        Assert.Contains("d=example.com; s=2026a;", signed.Header("DKIM-Signature"), StringComparison.Ordinal);
        var verified = await FilterTest.For<DkimVerifyPlugin>().WithZone($"2026a._domainkey.example.com. TXT \"v=DKIM1; p={publicKey}\"").WithMessage(signed.Message).RunAsync();
        verified.ExpectResult("dkim", "pass");
    }

    [Theory]
    [InlineData("Bob <bob@example.net>")]
    [InlineData("Bob <bob@sub.example.com>")]
    public async Task Mail_of_others_is_not_signed(string from)
    {
        _file.Write();
        (await Signing().WithField("From", from).RunAsync()).ExpectDelivered().ExpectNoHeader("DKIM-Signature");
    }

    [Theory]
    [InlineData("", "cannot be read: ")]
    [InlineData("weak", "has 1024 bits")]
    [InlineData("curve", "has no RSA key")]
    [InlineData("no file", "cannot be read: ")]
    public async Task A_file_that_is_no_key_stops_the_start(string kind, string problem)
    {
        switch (kind)
        {
            case "curve":
                _file.WriteEllipticCurve();
                break;
            case "weak":
                _file.Write(512);
                problem = "has 512 bits; it needs 1024, better 2048";
                break;
            default:
                _file.Write();
                if (kind.Length > 0)
                    File.Delete(_file.Path);
                else
                    await File.WriteAllTextAsync(_file.Path, "no key", TestContext.Current.CancellationToken);
                break;
        }
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Signing().RunAsync());
        Assert.Contains($"keys[0].file: {_file.Path}", refusal.Message.Replace("the key in ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_pass_phrase_is_told_apart_from_no_key()
    {
        _file.Write();
        await File.WriteAllTextAsync(_file.PassPhraseFile, "wrong", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Signing().RunAsync());
        Assert.Contains("password", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("a b", "keys[0].selector: is one or more labels")]
    [InlineData("2026a\"\n[[keys]]\ndomain = \"example.com\"\nfile = \"x\"\nselector = \"2026a", "keys[1].selector: is there twice")]
    public async Task Wrong_settings_are_refused_at_start(string selector, string problem)
    {
        _file.Write();
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Signing(selector).RunAsync());
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changes_is_read_anew_and_a_bad_one_does_not_take_the_key_away()
    {
        var first = _file.Write();
        var time = new FakeTimeProvider();
        await using var plugins = new LoadedPlugins();
        var folder = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/examples/debug/CustomKeyStore");
        await plugins.BuildAsync($"[service.keys]\nplugin = \"{folder}\"\n{Entry("[[service.keys.keys]]")}", time: time);
        Assert.True(plugins.Generation is not null, string.Join('\n', plugins.Problems.Ordered()));
        var store = plugins.Service<ISigningKeyAdministration>();
        Assert.Equal(first, await PublicKeyAsync(store));
        await File.WriteAllTextAsync(_file.Path, "no key", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(_file.Path, DateTime.UnixEpoch.AddYears(1));
        for (var i = 0; i < 20; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, TestContext.Current.CancellationToken);
            Assert.Equal(first, await PublicKeyAsync(store));
        }
        var second = _file.Write();
        File.SetLastWriteTimeUtc(_file.Path, DateTime.UnixEpoch.AddYears(2));
        for (var i = 0; await PublicKeyAsync(store) != second; i++)
        {
            Assert.True(i < 500, "the new key is not read");
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.Equal(2048, Assert.Single(await store.ListAsync(TestContext.Current.CancellationToken)).Bits);
    }

    private static async Task<string> PublicKeyAsync(ISigningKeyAdministration store) =>
        Convert.ToBase64String(Assert.Single(await store.ListAsync(TestContext.Current.CancellationToken)).PublicKey.Span);

    private FilterTest Signing(string selector = "2026a") =>
        FilterTest.For<DkimSignPlugin>().Client("127.0.0.1").WithPlugin<Pkcs12KeyStorePlugin>(Entry("[[keys]]", selector));

    private string Entry(string table, string selector = "2026a") =>
        $"{table}\ndomain = \"example.com\"\nfile = \"{_file.Path}\"\npass_phrase = {{ file = \"{_file.PassPhraseFile}\" }}\nselector = \"{selector}\"\n";
}
