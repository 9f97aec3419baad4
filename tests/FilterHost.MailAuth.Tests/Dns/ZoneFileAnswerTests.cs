using FilterHost.Dns;
using FilterHost.MailAuth.Dns;

namespace FilterHost.MailAuth.Tests.Dns;

/// <summary>What exists in a zone file, what does not, and what aliases and wildcards make of it.</summary>
public sealed class ZoneFileAnswerTests
{
    private static readonly ZoneFile Zone = ZoneFileTests.Read("""
        $ORIGIN example.
        host            A     192.0.2.1
        alias           CNAME alias2
        alias2          CNAME host
        dangling        CNAME nowhere
        loop            CNAME loop2
        loop2           CNAME loop
        self            CNAME self
        a.b.terminal    TXT   x
        *.wild          TXT   wild
        known.wild      A     192.0.2.3
        deep.er.wild    A     192.0.2.4
        *.aliases       CNAME host
        broken          FAIL  SERVFAIL
        slow            FAIL  timeout
        tobroken        CNAME broken
        *.slow          FAIL  TIMEOUT
        """);

    [Theory]
    [InlineData("host", DnsRecordType.A, DnsOutcome.Records, null)]
    [InlineData("HOST", DnsRecordType.A, DnsOutcome.Records, null)]
    [InlineData("host", DnsRecordType.Txt, DnsOutcome.NoData, null)]
    [InlineData("nowhere", DnsRecordType.A, DnsOutcome.NxDomain, null)]
    [InlineData("below.host", DnsRecordType.A, DnsOutcome.NxDomain, null)]
    [InlineData("terminal", DnsRecordType.A, DnsOutcome.NoData, null)]
    [InlineData("b.terminal", DnsRecordType.Txt, DnsOutcome.NoData, null)]
    [InlineData("c.terminal", DnsRecordType.Txt, DnsOutcome.NxDomain, null)]
    [InlineData("alias", DnsRecordType.A, DnsOutcome.Records, "host.example")]
    [InlineData("alias", DnsRecordType.Txt, DnsOutcome.NoData, "host.example")]
    [InlineData("dangling", DnsRecordType.A, DnsOutcome.NxDomain, "nowhere.example")]
    public void What_exists_and_what_does_not(string name, DnsRecordType type, DnsOutcome outcome, string? canonical) => Answers(name, type, outcome, canonical);

    [Theory]
    [InlineData("loop")]
    [InlineData("self")]
    public void Aliases_without_an_end_are_a_server_failure(string name) =>
        Assert.Equal(DnsOutcome.ServerFailure, ZoneFileTests.Ask(Zone, $"{name}.example", DnsRecordType.A).Outcome);

    [Theory]
    [InlineData("x.wild", DnsRecordType.Txt, DnsOutcome.Records, null)]
    [InlineData("x.y.wild", DnsRecordType.Txt, DnsOutcome.Records, null)]
    [InlineData("*.wild", DnsRecordType.Txt, DnsOutcome.Records, null)]
    [InlineData("x.wild", DnsRecordType.A, DnsOutcome.NoData, null)]
    [InlineData("wild", DnsRecordType.Txt, DnsOutcome.NoData, null)]
    [InlineData("known.wild", DnsRecordType.Txt, DnsOutcome.NoData, null)]
    [InlineData("x.known.wild", DnsRecordType.Txt, DnsOutcome.NxDomain, null)]
    [InlineData("er.wild", DnsRecordType.Txt, DnsOutcome.NoData, null)]
    [InlineData("x.er.wild", DnsRecordType.Txt, DnsOutcome.NxDomain, null)]
    [InlineData("x.aliases", DnsRecordType.A, DnsOutcome.Records, "host.example")]
    public void A_wildcard_answers_below_the_closest_name_that_exists(string name, DnsRecordType type, DnsOutcome outcome, string? canonical) =>
        // RFC 4592 §2.2.1, §3.3.1.
        Answers(name, type, outcome, canonical);

    [Theory]
    [InlineData("broken", DnsOutcome.ServerFailure, null)]
    [InlineData("slow", DnsOutcome.Timeout, null)]
    [InlineData("x.slow", DnsOutcome.Timeout, null)]
    [InlineData("tobroken", DnsOutcome.ServerFailure, "broken.example")]
    public void A_name_that_is_said_to_fail_fails_for_every_type(string name, DnsOutcome outcome, string? canonical)
    {
        Answers(name, DnsRecordType.Txt, outcome, canonical);
        Answers(name, DnsRecordType.A, outcome, canonical);
    }

    [Fact]
    public async Task The_resolver_answers_from_the_zone()
    {
        var resolver = new ZoneResolver(Zone);
        Assert.Equal(DnsOutcome.Records, (await resolver.ResolveAsync(DomainName.Parse("host.example"), DnsRecordType.A, TestContext.Current.CancellationToken)).Outcome);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await resolver.ResolveAsync(DomainName.Parse("host.example"), DnsRecordType.A, new CancellationToken(canceled: true)));
    }

    private static void Answers(string name, DnsRecordType type, DnsOutcome outcome, string? canonical)
    {
        var answer = ZoneFileTests.Ask(Zone, $"{name}.example", type);
        Assert.Equal((outcome, canonical), (answer.Outcome, answer.CanonicalName?.ToString()));
        Assert.Equal(outcome is DnsOutcome.Records, answer.Records.Count > 0);
    }
}
