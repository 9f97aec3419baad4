using System.Text;
using FilterHost.Dns;
using FilterHost.MailAuth.Dmarc;
using FilterHost.MailAuth.Syntax;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>Whatever strangers write into DNS and From is a result, and never an exception.</summary>
public sealed class MalformedInputTests
{
    private static readonly DomainName Domain = DomainName.Parse("example.com");

    [Fact]
    public void A_record_near_a_good_one_is_a_record_or_none()
    {
        foreach (var text in Mutations.Of("v=DMARC1; p=reject; sp=none;np=quarantine; psd=n; t=y; adkim=s; aspf=r; fo=1:d; rua=mailto:a%20b@example.com!10m, https://x; ruf=mailto:b@example.com"u8.ToArray()))
        {
            if (DmarcRecord.Parse(Domain, text) is not { } record)
                continue;
            Assert.StartsWith("v=DMARC1", Encoding.Latin1.GetString(text).Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            foreach (var (isBelow, exists) in new[] { (false, true), (true, true), (true, false) })
                Assert.True(Enum.IsDefined(record.Applied(record.PolicyFor(isBelow, exists))));
            _ = (record.IsUsable, record.DependsOnExistence, record.PublicSuffix, record.IsDkimStrict, record.IsSpfStrict);
        }
    }

    [Fact]
    public void A_record_too_long_is_none() =>
        Assert.Null(DmarcRecord.Parse(Domain, Encoding.ASCII.GetBytes("v=DMARC1; p=reject; x=" + new string('x', DmarcRecord.MaximumLength))));

    [Fact]
    public void A_record_of_many_tags_keeps_those_that_are_known() =>
        Assert.Equal(2, DmarcRecord.Parse(Domain, Encoding.ASCII.GetBytes("v=DMARC1; p=reject;" + string.Concat(Enumerable.Range(0, 1000).Select(static i => $"x{i}=;"))))!.Tags.Count);

    [Fact]
    public async Task A_From_field_near_one_of_another_domain_never_passes()
    {
        foreach (var body in Mutations.Of(" \"a, b\" (c) <a.b@victim.example> (d)"u8.ToArray()))
        {
            var author = AuthorParser.ParseField(body);
            using var evaluation = new DmarcEvaluation(new Everywhere(), null, TestContext.Current.CancellationToken);
            var result = await evaluation.EvaluateAsync(author, EnvelopeAddress.Parse("<>"u8.ToArray()), [new DkimSignatureResult { Outcome = DkimOutcome.Pass, SigningDomain = DomainName.Parse("attack.test") }]);
            Assert.Equal(DmarcOutcome.Fail, result.Outcome);
        }
    }

    [Fact]
    public async Task Cancellation_ends_the_evaluation()
    {
        using var cancellation = new CancellationTokenSource();
        using var evaluation = new DmarcEvaluation(new Silent(), null, cancellation.Token);
        var author = AuthorParser.ParseField("a@example.com"u8);
        evaluation.StartLookup(author);
        var result = evaluation.EvaluateAsync(author, EnvelopeAddress.Parse("<>"u8.ToArray()), []);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await result);
    }

    // A policy at every name.
    private sealed class Everywhere : IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
            new(new DnsAnswer { Outcome = DnsOutcome.Records, Records = [new DnsRecord.Text("v=DMARC1; p=reject; psd=n"u8.ToArray())] });
    }

    private sealed class Silent : IDnsResolver
    {
        public async ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("the wait has no end");
        }
    }
}
