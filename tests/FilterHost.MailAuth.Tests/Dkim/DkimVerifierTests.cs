using System.Security.Cryptography;
using System.Text;
using FilterHost.Dns;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

public sealed class DkimVerifierTests
{
    private const string Tags = "v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=BH; b=";
    private static readonly RawMessage Message = RawMessage.Parse("From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n");

    [Fact]
    public async Task A_message_without_signature_has_the_result_none() =>
        Assert.Equal(DkimOutcome.None, Assert.Single(await Signing.VerifyAsync(Message)).Outcome);

    [Theory]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=BH; b=")]
    [InlineData("v=1; a=rsa-sha256; c=relaxed; d=example.com; s=rsa; h=from:from; bh=BH; l=7; z=From:b=x|bh=y; unknown=1; b=")]
    [InlineData("v=1; a=rsa-sha256; d=EXAMPLE.com; s=rsa; h= from : subject ; q=x/y:dns/txt; i=a=40b@example.com; t=1; x=999999999999; bh=BH; b=")]
    public async Task A_valid_signature_passes(string tags)
    {
        var result = await Signing.VerifyHandMadeAsync(Message, tags);
        Assert.Equal((DkimOutcome.Pass, null), (result.Outcome, result.Reason));
        Assert.Equal((2048, 0L, "example.com"), (result.KeyBits!.Value, result.UncoveredBytes!.Value, result.SigningDomain!.ToString()));
    }

    [Theory]
    [InlineData("a=rsa-sha256; d=example.com; s=rsa; h=from; bh=BH; b=", "v= is missing")]
    [InlineData("v=2; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=BH; b=", "v= is not 1")]
    [InlineData("v=1; a=rsa-sha1; d=example.com; s=rsa; h=from; bh=BH; b=", "rsa-sha1 is obsolete")]
    [InlineData("v=1; a=RSA-sha256; d=example.com; s=rsa; h=from; bh=BH; b=", "a= is unknown")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; h=subject; bh=BH; b=", "From is not signed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from:; bh=BH; b=", "h= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; d=example.com; h=from; bh=BH; b=", "tag is repeated")]
    [InlineData("v=1; a=rsa-sha256; c=; d=example.com; s=rsa; h=from; bh=BH; b=", "c= is unknown")]
    [InlineData("v=1; a=rsa-sha256; i=; d=example.com; s=rsa; h=from; bh=BH; b=", "i= is malformed")]
    [InlineData("v=1; a=rsa-sha256; i=@notexample.com; d=example.com; s=rsa; h=from; bh=BH; b=", "i= is outside d=")]
    [InlineData("v=1; a=rsa-sha256; i==0Da@example.com; d=example.com; s=rsa; h=from; bh=BH; b=", "i= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com(.evil.example; s=rsa; h=from; bh=BH; b=", "d= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=\"example.com; s=rsa; h=from; bh=BH; b=", "d= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=com; s=rsa; h=from; bh=BH; b=", "d= is a top-level domain")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=r'a; h=from; bh=BH; b=", "s= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; q=dns; h=from; bh=BH; b=", "q= has no known method")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; t=5; x=5; h=from; bh=BH; b=", "x= is not after t=")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; t=1234567890123; h=from; bh=BH; b=", "t= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; l=-1; h=from; bh=BH; b=", "l= is malformed")]
    [InlineData("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=AAAA; b=", "bh= is malformed")]
    public async Task A_malformed_signature_is_a_permanent_error_before_DNS(string tags, string reason)
    {
        var zone = Signing.Zone;
        var result = Assert.Single(await Signing.VerifyAsync(Message.With(HandMade(tags)), zone));
        Assert.Equal((DkimOutcome.PermError, reason, 0), (result.Outcome, result.Reason, zone.Questions));
    }

    [Fact]
    public async Task A_NUL_in_the_domain_never_reaches_DNS()
    {
        var zone = Signing.Zone;
        var field = new HeaderField("DKIM-Signature"u8.ToArray(), Encoding.ASCII.GetBytes("v=1; a=rsa-sha256; d=example.com.\0.any; s=rsa; h=from; bh=; b=AAAA"));
        Assert.Equal(DkimOutcome.PermError, Assert.Single(await Signing.VerifyAsync(Message.With(field), zone)).Outcome);
        Assert.Equal(0, zone.Questions);
    }

    [Theory]
    [InlineData("9")]
    [InlineData("9999999999999999999999999999999999999999999999999999999999999999999999999999")]
    public async Task A_length_beyond_the_body_is_a_permanent_error(string length) =>
        Assert.Equal("l= is larger than the body", (await Signing.VerifyHandMadeAsync(Message, Tags.Replace("bh=", $"l={length}; bh=", StringComparison.Ordinal))).Reason);

    [Theory]
    [InlineData(BodyLengthPolicy.PolicyIfUncovered, DkimOutcome.Policy)]
    [InlineData(BodyLengthPolicy.Accept, DkimOutcome.Pass)]
    public async Task Octets_beyond_the_length_limit_are_counted_and_judged_by_policy(BodyLengthPolicy policy, DkimOutcome outcome)
    {
        var field = Signing.SignByHand(Message, Tags.Replace("bh=", "l=7; bh=", StringComparison.Ordinal));
        var longer = Message.With(field) with { Body = "Hello\r\nmore\r\n"u8.ToArray() };
        var result = Assert.Single(await Signing.VerifyAsync(longer, options: new DkimVerificationOptions { BodyLengthPolicy = policy }));
        Assert.Equal((outcome, 6L), (result.Outcome, result.UncoveredBytes!.Value));
    }

    [Theory]
    [InlineData(DnsOutcome.NxDomain, DkimOutcome.PermError)]
    [InlineData(DnsOutcome.NoData, DkimOutcome.PermError)]
    [InlineData(DnsOutcome.Timeout, DkimOutcome.TempError)]
    [InlineData(DnsOutcome.ServerFailure, DkimOutcome.TempError)]
    [InlineData(DnsOutcome.BudgetSpent, DkimOutcome.TempError)]
    public async Task What_DNS_says_decides_between_permanent_and_temporary(DnsOutcome dns, DkimOutcome outcome) =>
        Assert.Equal(outcome, (await Signing.VerifyHandMadeAsync(Message, Tags, new ZoneOfTexts().Add("rsa._domainkey.example.com", dns))).Outcome);

    [Theory]
    [InlineData("p=KEY", null)]
    [InlineData("v=DKIM1; k=rsa; h=sha1:sha256; s=tlsrpt:email; g=nobody; n=note; p=KEY;", null)]
    [InlineData("v=DKIM1; p=PKCS1", null)]
    [InlineData("v=DKIM1; p=", "key is revoked")]
    [InlineData("v=DKIM1; k=rsa", "key record has no p=")]
    [InlineData("k=rsa; v=DKIM1; p=KEY", "no key in DNS")]
    [InlineData("v=spf1 -all", "no key in DNS")]
    [InlineData("v=DKIM1; k=ed25519; p=KEY", "key is of another type than a=")]
    [InlineData("v=DKIM1; k=dsa; p=KEY", "key type is unknown")]
    [InlineData("v=DKIM1; h=sha1; p=KEY", "key does not allow sha256")]
    [InlineData("v=DKIM1; s=tlsrpt; p=KEY", "key is not for email")]
    [InlineData("v=DKIM1; p=AAAA", "key is no RSA key")]
    [InlineData("v=DKIM1; p=!!", "key is malformed")]
    public async Task The_key_record_is_held_to_its_tags(string record, string? reason)
    {
        record = record.Replace("KEY", Signing.RsaPublic, StringComparison.Ordinal).Replace("PKCS1", Signing.RsaPublicPkcs1, StringComparison.Ordinal);
        var result = await Signing.VerifyHandMadeAsync(Message, Tags, new ZoneOfTexts().Add("rsa._domainkey.example.com", record));
        Assert.Equal((reason is null ? DkimOutcome.Pass : DkimOutcome.PermError, reason), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task Other_texts_and_unusable_records_beside_the_key_are_passed_over()
    {
        var zone = new ZoneOfTexts().Add("rsa._domainkey.example.com", "v=spf1 -all", "any words", "v=DKIM1; p=", "v=DKIM1; p=" + Signing.RsaPublic);
        Assert.Equal(DkimOutcome.Pass, (await Signing.VerifyHandMadeAsync(Message, Tags, zone)).Outcome);
    }

    [Fact]
    public async Task A_key_for_the_domain_alone_forbids_a_user_of_a_subdomain()
    {
        var zone = new ZoneOfTexts().Add("rsa._domainkey.example.com", "v=DKIM1; t=y:s; p=" + Signing.RsaPublic);
        var result = await Signing.VerifyHandMadeAsync(Message, "i=@sub.example.com; " + Tags, zone);
        Assert.Equal((DkimOutcome.PermError, true), (result.Outcome, result.IsTestingKey!.Value));
        Assert.Equal(DkimOutcome.Pass, (await Signing.VerifyHandMadeAsync(Message, Tags, zone)).Outcome);
    }

    [Theory]
    [InlineData(-300, DkimOutcome.Pass)]
    [InlineData(-301, DkimOutcome.PermError)]
    public async Task Expiry_allows_for_the_skew_of_clocks(int seconds, DkimOutcome outcome)
    {
        var tags = Tags.Replace("bh=", $"x={Signing.Now.ToUnixTimeSeconds() + seconds}; bh=", StringComparison.Ordinal);
        Assert.Equal(outcome, (await Signing.VerifyHandMadeAsync(Message, tags)).Outcome);
    }

    [Fact]
    public async Task Signatures_beyond_the_cap_are_one_result()
    {
        var field = Signing.SignByHand(Message, Tags);
        var results = await Signing.VerifyAsync(Message.With(Enumerable.Repeat(field, 1000)), options: new DkimVerificationOptions { MaximumSignatures = 3 });
        Assert.Equal([DkimOutcome.Pass, DkimOutcome.Pass, DkimOutcome.Pass, DkimOutcome.Policy], results.Select(static result => result.Outcome));
        Assert.Equal("997 more signatures were not evaluated", results[^1].Reason);
    }

    [Fact]
    public async Task Another_signature_may_be_signed_but_never_the_signature_itself()
    {
        var once = Message.With(Signing.SignByHand(Message, Tags));
        var twice = once.Header.Append(Signing.SignByHand(once, Tags.Replace("h=from", "h=from:dkim-signature", StringComparison.Ordinal)));
        var results = await Signing.VerifyAsync(once with { Header = new HeaderSection([.. twice]) });
        Assert.Equal([DkimOutcome.Pass, DkimOutcome.Pass], results.Select(static result => result.Outcome));
    }

    [Fact]
    public void Signatures_that_begin_alike_get_longer_prefixes() =>
        Assert.Equal(["abcdefghiJ", "abcdefghiK", "Abcdefgh", null], SignaturePrefix.Of(["abcdefghiJx", "abcdefghiKx", "Abcdefghx", ""]));

    [Fact]
    public async Task An_endless_list_of_signed_fields_is_a_permanent_error()
    {
        var result = Assert.Single(await Signing.VerifyAsync(Message.With(HandMade(Tags.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":to", 100_000)), StringComparison.Ordinal)))));
        Assert.Equal("h= has more than 1000 names", result.Reason);
    }

    [Theory]
    [InlineData(512, "key of 512 bits is too short")]
    [InlineData(768, "key of 768 bits is too short")]
    public async Task A_weak_key_is_a_permanent_error(int bits, string reason)
    {
        using var rsa = RSA.Create(bits);
        var zone = new ZoneOfTexts().Add("rsa._domainkey.example.com", "p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()));
        Assert.Equal((DkimOutcome.PermError, reason), await Outcome(zone));
    }

    [Fact]
    public async Task Keys_of_other_kinds_and_with_bad_numbers_are_permanent_errors()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        Assert.Equal((DkimOutcome.PermError, "key is no RSA key"), await Outcome(Record(ec.ExportSubjectPublicKeyInfo())));
        Assert.Equal((DkimOutcome.PermError, "key has a bad exponent"), await Outcome(Record(Pkcs1(rsa, exponent: 1))));
        Assert.Equal((DkimOutcome.PermError, "key has a bad exponent"), await Outcome(Record(Pkcs1(rsa, exponent: 4))));
        Assert.Equal((DkimOutcome.PermError, "key has an even modulus"), await Outcome(Record(Pkcs1(rsa, exponent: 65537, even: true))));
    }

    [Fact]
    public async Task A_key_shorter_than_the_settings_ask_for_gives_the_result_policy() =>
        Assert.Equal(DkimOutcome.Policy, (await Signing.VerifyHandMadeAsync(Message, Tags, options: new DkimVerificationOptions { MinimumKeyBits = 4096 })).Outcome);

    [Fact]
    public async Task U_labels_in_the_signing_domain_are_looked_up_as_A_labels()
    {
        var zone = new ZoneOfTexts().Add("rsa._domainkey.xn--bcher-kva.example", "p=" + Signing.RsaPublic);
        var result = await Signing.VerifyHandMadeAsync(Message, "v=1; a=rsa-sha256; d=b\u00fccher.example; i=@xn--bcher-kva.example; s=rsa; h=from; bh=BH; b=", zone);
        Assert.Equal((DkimOutcome.Pass, "xn--bcher-kva.example"), (result.Outcome, result.SigningDomain!.ToString()));
    }

    [Fact]
    public void The_cache_of_keys_stays_within_its_capacity()
    {
        var cache = new PublicKeyCache(2);
        for (var i = 0; i < 4; i++)
        {
            using var rsa = RSA.Create(1024);
            Assert.NotNull(cache.Import(SigningAlgorithm.RsaSha256, rsa.ExportRSAPublicKey(), out _));
        }
        Assert.Equal(2, cache.Count);
    }

    private static async Task<(DkimOutcome, string?)> Outcome(ZoneOfTexts zone)
    {
        var result = await Signing.VerifyHandMadeAsync(Message, Tags, zone);
        return (result.Outcome, result.Reason);
    }

    private static ZoneOfTexts Record(byte[] key) => new ZoneOfTexts().Add("rsa._domainkey.example.com", "p=" + Convert.ToBase64String(key));

    private static byte[] Pkcs1(RSA rsa, int exponent, bool even = false)
    {
        var modulus = rsa.ExportParameters(false).Modulus!;
        if (even)
            modulus[^1] &= 0xFE;
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(modulus);
            writer.WriteInteger(exponent);
        }
        return writer.Encode();
    }

    private static HeaderField HandMade(string tags) =>
        HeaderField.Create("DKIM-Signature", tags.Replace("BH", Convert.ToBase64String(SHA256.HashData(Message.Body)), StringComparison.Ordinal) + "AAAA");
}
