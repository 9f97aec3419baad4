using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>The fields of other programs are read as they are written, where the grammar would not have them either.</summary>
public sealed class AuthenticationResultsOfPeersTests
{
    private static readonly DomainName Example = DomainName.Parse("example.com");

    [Fact]
    public void OpenDKIM_says_domain_identifier_algorithm_selector_and_prefix()
    {
        var results = Read(AuthenticationResultsOfPeers.OpenDkim, "mx.example.com");
        Assert.Equal(Signature(DkimOutcome.Pass) with { SigningDomain = Example, UserIdentifier = "@example.com", Algorithm = "rsa-sha256", Selector = "mail", SignaturePrefix = "Ab/D+fGh" }, results[0]);
        Assert.Equal(["dkim=pass", "dkim-atps=neutral"], WordsOf(results));
    }

    [Fact]
    public void OpenDKIM_says_why_and_may_add_a_job_id() =>
        Assert.Equal(
            Signature(DkimOutcome.Fail) with { Reason = "signature verification failed", SigningDomain = Example, UserIdentifier = "@example.com", SignaturePrefix = "Ab/D+fGh" },
            Assert.Single(Read(AuthenticationResultsOfPeers.OpenDkimFailure, "mx.example.com")));

    [Fact]
    public void OpenDKIM_names_nothing_of_a_signature_that_it_cannot_read() =>
        Assert.Equal(Signature(DkimOutcome.PermError), Assert.Single(Read(AuthenticationResultsOfPeers.OpenDkimMalformed, "mx.example.com")));

    [Fact]
    public void OpenDMARC_says_policy_and_disposition_in_a_comment() =>
        Assert.Equal(
            new DmarcResult { Outcome = DmarcOutcome.Fail, AuthorDomain = Example, Policy = DmarcPolicy.Reject, Disposition = DmarcPolicy.None, Provenance = ResultProvenance.Field },
            Assert.Single(Read(AuthenticationResultsOfPeers.OpenDmarc, "mx.example.com")));

    [Fact]
    public void OpenDMARC_says_SPF_too() => Assert.Equal(Sender(SpfOutcome.Pass, "user@example.com"), Assert.Single(Read(AuthenticationResultsOfPeers.OpenDmarcSpf, "mx.example.com")));

    [Fact]
    public void OpenDMARC_leaves_the_null_path_empty() =>
        Assert.Equal(new SpfResult { Outcome = SpfOutcome.None, Identity = SpfIdentity.MailFrom, Provenance = ResultProvenance.Field }, Assert.Single(Read(AuthenticationResultsOfPeers.OpenDmarcSpfOfNullPath, "mx.example.com")));

    [Fact]
    public void Rspamd_says_the_policy_behind_the_properties()
    {
        var results = Read(AuthenticationResultsOfPeers.Rspamd, "mx.example.com");
        Assert.Equal(
            [
                Signature(DkimOutcome.Pass) with { SigningDomain = Example, Selector = "mail", SignaturePrefix = "Ab/D+fGh" },
                Sender(SpfOutcome.Pass, "user@example.com"),
                new DmarcResult { Outcome = DmarcOutcome.Fail, Reason = "SPF not aligned (relaxed), No valid DKIM", AuthorDomain = Example, Policy = DmarcPolicy.Quarantine, Provenance = ResultProvenance.Field },
            ],
            results.Take(3));
        Assert.Equal("arc=pass", WordsOf(results)[3]);
    }

    [Fact]
    public void Gmail_does_not_say_the_signing_domain()
    {
        var results = Read(AuthenticationResultsOfPeers.Gmail, "mx.google.com");
        Assert.Equal(Signature(DkimOutcome.Pass) with { UserIdentifier = "@example.com", Selector = "20230601", SignaturePrefix = "Ab/D+fGh" }, results[0]);
        Assert.Equal(Sender(SpfOutcome.Pass, "user@example.com"), results[2]);
        // Nothing was to be done, so that no other thing was done.
        Assert.Equal(new DmarcResult { Outcome = DmarcOutcome.Pass, AuthorDomain = Example, Policy = DmarcPolicy.Reject, Provenance = ResultProvenance.Field }, results[3]);
    }

    [Fact]
    public void Microsoft_writes_pairs_without_a_ptype_and_domains_called_none()
    {
        var results = Read(AuthenticationResultsOfPeers.Microsoft, "mx.microsoft.com");
        Assert.Equal(["spf=pass", "dkim=none", "dmarc=pass", "compauth=pass"], WordsOf(results));
        Assert.Equal(Sender(SpfOutcome.Pass, "example.com"), results[0]);
        Assert.Equal(Signature(DkimOutcome.None), results[1]);
        Assert.Equal(new DmarcResult { Outcome = DmarcOutcome.Pass, AuthorDomain = Example, Policy = DmarcPolicy.None, Provenance = ResultProvenance.Field }, results[2]);
        Assert.Equal("100", results[3].Reason);
    }

    [Fact]
    public void Fastmail_writes_both_identities_and_URIs()
    {
        var results = Read(AuthenticationResultsOfPeers.Fastmail, "mx1.messagingengine.com");
        Assert.Equal(["bimi=skipped", "dkim=pass", "dmarc=fail", "iprev=pass", "spf=pass", "x-vmc=pass"], WordsOf(results));
        Assert.Equal(Signature(DkimOutcome.Pass) with { SigningDomain = Example, UserIdentifier = "@example.com", Algorithm = "rsa-sha256", Selector = "mail", SignaturePrefix = "Ab/D+fGh" }, results[1]);
        Assert.Equal(new DmarcResult { Outcome = DmarcOutcome.Fail, AuthorDomain = Example, Policy = DmarcPolicy.None, Provenance = ResultProvenance.Field }, results[2]);
        Assert.Equal([new ResultProperty("smtp", "remote-ip", "2001:db8::1")], results[3].Properties);
        Assert.Equal(Sender(SpfOutcome.Pass, "user@example.com"), results[4]);
        Assert.Equal([new ResultProperty("policy", "authority-uri", "https://example.com/vmc.pem?a=b")], results[5].Properties);
    }

    [Fact]
    public void Yahoo_writes_a_comment_at_once_and_a_semicolon_at_the_end()
    {
        var results = Read(AuthenticationResultsOfPeers.Yahoo, "atlas.free.mail.yahoo.com");
        Assert.Equal(["dkim=pass", "spf=pass", "dmarc=pass"], WordsOf(results));
        Assert.Equal(DmarcPolicy.None, Assert.IsType<DmarcResult>(results[2]).Policy);
    }

    [Fact]
    public void Microsofts_field_without_an_id_is_no_field() =>
        Assert.Null(AuthenticationResultsField.Read(" dkim=none (message not signed)\r\n header.d=none;dmarc=none action=none header.from=example.com;"u8));

    [Fact]
    public void All_of_them_are_written_again_as_they_were_read()
    {
        foreach (var body in AuthenticationResultsOfPeers.All)
        {
            var read = AuthenticationResultsField.Read(Encoding.ASCII.GetBytes(body))!;
            var again = AuthenticationResultsField.Read(AuthenticationResultsWriter.Write("mx.example.net", read.Results, allowUtf8: false).Body.Span)!;
            Assert.Equal(read.Results.Count, again.Results.Count);
            Assert.All(read.Results.OfType<DkimSignatureResult>(), result => Assert.Contains(result, again.Results));
            Assert.All(read.Results.OfType<SpfResult>(), result => Assert.Contains(result, again.Results));
            // What was done is no property of the field.
            Assert.All(read.Results.OfType<DmarcResult>(), result => Assert.Contains(result with { Disposition = null }, again.Results));
        }
    }

    private static IReadOnlyList<AuthenticationResult> Read(string body, string id)
    {
        var field = AuthenticationResultsField.Read(Encoding.ASCII.GetBytes(body));
        Assert.NotNull(field);
        Assert.True(field.IsFrom([id]));
        // An MTA hands over folds without CR.
        Assert.Equal(WordsOf(field.Results), WordsOf(AuthenticationResultsField.Read(Encoding.ASCII.GetBytes(body.Replace("\r\n", "\n", StringComparison.Ordinal)))!.Results));
        return field.Results;
    }

    private static DkimSignatureResult Signature(DkimOutcome outcome) => new() { Outcome = outcome, Provenance = ResultProvenance.Field };

    private static SpfResult Sender(SpfOutcome outcome, string mailbox) =>
        new() { Outcome = outcome, Identity = SpfIdentity.MailFrom, Mailbox = mailbox, Domain = Example, Provenance = ResultProvenance.Field };

    private static List<string> WordsOf(IEnumerable<AuthenticationResult> results) => [.. results.Select(static result => $"{result.Method}={result.Word}")];
}
