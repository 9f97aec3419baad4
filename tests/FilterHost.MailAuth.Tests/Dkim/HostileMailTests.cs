using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Mail that is made to cost much: the result is still told, and the work grows with the message and no faster.</summary>
public sealed class HostileMailTests
{
    // Far more than the work takes on a busy machine, far less than it would take if it grew with the square of the message.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Tags = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from; bh=BH; b=";
    private static readonly RawMessage Message = RawMessage.Parse("From: a@example.com\r\n\r\nHello\r\n");

    [Theory]
    [InlineData("z= of a megabyte", "z", 'x', 1_000_000, DkimOutcome.Pass)]
    [InlineData("unknown tag of a megabyte", "unknown", 'x', 1_000_000, DkimOutcome.Pass)]
    [InlineData("i= of escapes", "i", '=', 100_000, DkimOutcome.PermError)]
    [InlineData("d= of dots", "d", '.', 100_000, DkimOutcome.PermError)]
    [InlineData("s= of letters", "s", 'a', 100_000, DkimOutcome.PermError)]
    [InlineData("l= of digits", "l", '9', 100_000, DkimOutcome.PermError)]
    [InlineData("t= of digits", "t", '9', 76, DkimOutcome.PermError)]
    [InlineData("x= of digits", "x", '9', 76, DkimOutcome.PermError)]
    [InlineData("q= of colons", "q", ':', 100_000, DkimOutcome.PermError)]
    [InlineData("bh= of a megabyte", "bh", 'A', 1_000_000, DkimOutcome.PermError)]
    public async Task A_tag_of_any_length_has_a_result(string what, string tag, char octet, int length, DkimOutcome outcome)
    {
        var value = new string(octet, length);
        var tags = Tags.Contains($" {tag}=", StringComparison.Ordinal)
            ? string.Join("; ", Tags.Split("; ").Select(part => part.StartsWith(tag + "=", StringComparison.Ordinal) ? $"{tag}={value}" : part))
            : $"{tag}={value}; " + Tags;
        var field = outcome == DkimOutcome.Pass
            ? Signing.SignByHand(Message, tags)
            : new HeaderField("DKIM-Signature"u8.ToArray(), Encoding.ASCII.GetBytes(tags.Replace("BH", Hash(Message.Body), StringComparison.Ordinal) + "AAAA"));
        var clock = Stopwatch.StartNew();
        var result = Assert.Single(await Signing.VerifyAsync(Message.With(field)));
        Assert.True(result.Outcome == outcome, $"{what}: {result.Outcome} {result.Reason}");
        Assert.True(clock.Elapsed < Patience, $"{what}: {clock.Elapsed}");
    }

    [Fact]
    public async Task A_domain_of_127_labels_is_looked_up_once()
    {
        var zone = Signing.Zone;
        var domain = string.Join('.', Enumerable.Repeat("a", 118));
        var result = Assert.Single(await Signing.VerifyAsync(Message.With(Signing.SignByHand(Message, Tags.Replace("example.com", domain, StringComparison.Ordinal))), zone));
        Assert.Equal((DkimOutcome.PermError, 1), (result.Outcome, zone.Questions));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t ")]
    [InlineData("\r\n")]
    [InlineData(" \r\n")]
    [InlineData("\r")]
    [InlineData("\n")]
    public void A_body_of_white_space_costs_what_its_length_costs_and_keeps_nothing(string unit)
    {
        var chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 65536 / unit.Length)));
        using var verifier = new DkimVerifier(Message.With(Signing.SignByHand(Message, Tags)).Header, new DkimVerificationOptions(), new PublicKeyCache(), new FakeTimeProvider(Signing.Now));
        verifier.AppendBody(chunk);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 512; i++)
            verifier.AppendBody(chunk);
        Assert.True(clock.Elapsed < Patience, $"{clock.Elapsed}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100_000);
    }

    [Fact]
    public async Task Signing_the_same_field_many_times_is_no_search_through_the_header_section_each_time()
    {
        const int Count = 300_000;
        var many = Message.With(Enumerable.Repeat(HeaderField.Create("To", "b@example.net"), Count));
        var field = Signing.SignByHand(Message, Tags.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":to", Count)), StringComparison.Ordinal));
        var clock = Stopwatch.StartNew();
        var result = Assert.Single(await Signing.VerifyAsync(many.With(field), options: new DkimVerificationOptions { MaximumSignedFields = Count + 1 }));
        // The signature was made over a message without To, so that all fields are hashed and the end is a failure.
        Assert.Equal((DkimOutcome.Fail, "signature did not verify"), (result.Outcome, result.Reason));
        Assert.True(clock.Elapsed < Patience, $"{clock.Elapsed}");
    }

    [Fact]
    public async Task White_space_inside_one_field_of_a_hundred_kilobytes_is_reduced_in_one_pass()
    {
        var message = RawMessage.Parse($"From: a@example.com\r\nSubject: x{new string(' ', 50_000)}y{new string('\t', 50_000)}\r\n\r\nHello\r\n");
        var signed = await Signing.SignedAsync(message);
        var reduced = signed with { Header = new HeaderSection([.. signed.Header.Select(field => field.IsNamed("Subject") ? HeaderField.Create("subject", "x y") : field)]) };
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(signed)).Outcome);
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(reduced)).Outcome);
    }

    private static string Hash(byte[] octets) => Convert.ToBase64String(SHA256.HashData(octets));
}
