using FilterHost.Dns;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What the log says of signatures that are only observed: whether a receiver would find them valid.</summary>
public sealed class DkimSignObservedTests
{
    private const string Name = "rsa._domainkey.example.com";
    private const string Signed = "signed d=example.com s=rsa a=rsa-sha256";

    public static TheoryData<string, string> Records => new()
    {
        { DkimSignKeys.Zone, "verifies" },
        { "", "no key in DNS" },
        { $"{Name}. TXT \"v=spf1 -all\"", "no key in DNS" },
        { $"{Name}. TXT {OtherRecord()}", "key in DNS is another one" },
        { $"{Name}. TXT {DkimSignKeys.RecordOf(DkimSignKeys.Ed25519)}", "key is of another type than a=" },
        { $"{Name}. TXT \"v=DKIM1; p=\"", "key is revoked" },
        { $"{Name}. FAIL SERVFAIL", "key could not be looked up" },
        // RFC 6376 §3.6.2.2 leaves several records undefined; one that verifies is enough for our verifier.
        { $"{Name}. TXT {OtherRecord()}\n{DkimSignKeys.Zone}", "verifies" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public async Task The_log_says_whether_the_key_in_DNS_fits(string zone, string expected)
    {
        var run = await Signing(DkimSignKeys.Rsa).WithZone(zone).Observed().RunAsync();
        Assert.Equal((VerdictKind.Continue, 1), (run.Verdict, run.Edits.Count));
        Assert.Equal([$"{Signed}: {expected}"], run.Notes.Select(note => note.Text));
        Assert.Equal([Name], run.DnsQuestions.Select(question => question.ToString()));
        Assert.Contains($"{Signed}: {expected}", Assert.Single(run.Log, line => line.Text.Contains(": observed {", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_signature_is_looked_at_with_its_own_key()
    {
        var run = await Signing(DkimSignKeys.Rsa, DkimSignKeys.Ed25519).WithZone($"ed._domainkey.example.com. TXT {DkimSignKeys.RecordOf(DkimSignKeys.Ed25519)}").Observed().RunAsync();
        Assert.Equal([$"{Signed}: no key in DNS", "signed d=example.com s=ed a=ed25519-sha256: verifies"], run.Notes.Select(note => note.Text));
    }

    [Fact]
    public async Task Mail_that_is_not_observed_asks_DNS_nothing()
    {
        var run = await Signing(DkimSignKeys.Rsa).WithZone(DkimSignKeys.Zone).RunAsync();
        Assert.Equal([Signed], run.Notes.Select(note => note.Text));
        Assert.Empty(run.DnsQuestions);
    }

    [Fact]
    public async Task A_resolver_that_throws_changes_nothing_of_what_is_observed()
    {
        var run = await Signing(DkimSignKeys.Rsa).WithService<IDnsResolver>(new ThrowingResolver()).Observed().RunAsync();
        Assert.Equal((VerdictKind.Continue, 1), (run.Verdict, run.Edits.Count));
        Assert.Equal([$"{Signed}: key could not be looked up"], run.Notes.Select(note => note.Text));
    }

    private static FilterTest Signing(params SigningKey[] keys) =>
        FilterTest.For<DkimSignPlugin>().WithService<ISigningKeyStore>(new DkimSignKeys { Answer = new SigningKeys.Found(keys) }).Client("127.0.0.1");

    private static string OtherRecord()
    {
        using var other = System.Security.Cryptography.RSA.Create(2048);
        return $"\"v=DKIM1; p={Convert.ToBase64String(other.ExportSubjectPublicKeyInfo())}\"";
    }

    private sealed class ThrowingResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) => throw new InvalidOperationException("a bug");
    }
}
