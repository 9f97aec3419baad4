using System.Text;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Milter;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>
/// OpenDKIM's On- options beside our settings: what the MTA is told about the same mail. Ours ends with the name of the filter in brackets, which is left out here. Where the answers differ the table says why.
/// </summary>
public sealed class OpenDkimActionTests
{
    private const string BadSignature = "550 5.7.0 bad DKIM signature data";
    private const string NoKey = "550 5.7.0 DKIM key retrieval failed";
    private const string NoSignature = "550 5.7.0 no DKIM signature data";

    private static readonly Row[] Rows =
    [
        new("On-BadSignature accept", "on_fail = \"accept\"", DkimVerifyMail.Failing, "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.Failing, BadSignature),
        new("On-BadSignature discard", "on_fail = \"discard\"", DkimVerifyMail.Failing, "discard"),
        new("On-BadSignature quarantine", "on_fail = \"quarantine\"", DkimVerifyMail.Failing, "quarantine", "accept", "OpenDKIM does not ask the MTA for the right to hold mail, so that nothing is held"),
        new("On-BadSignature tempfail", "on_fail = \"accept\"", DkimVerifyMail.Failing, "accept", "451 4.7.0 bad DKIM signature data", "RFC 6376 §6.3: such failures MUST NOT provoke 4xx replies; tempfail for on_fail stops our start"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.Passing, "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.Unsigned, "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.Permanent, "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Broken(), DkimVerifyMail.Signature()), "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Broken("testing")), "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"\non_revoked_key = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Signature("revoked")), "550 5.7.1 Command rejected", "reject", "the MTA makes the same words of a refusal without any"),
        new("On-BadSignature reject\nMustBeSigned Subject", "on_fail = \"reject\"\nmust_sign = [\"Subject\"]", "Subject: x\r\n" + DkimVerifyMail.Passing, "accept"),
        new("On-BadSignature reject\nMinimumKeyBits 4096", "on_fail = \"reject\"\nminimum_key_bits = 4096", DkimVerifyMail.Passing, "accept"),
        new("On-BadSignature reject", "on_fail = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Signature(tags: " l=x;")), "accept"),
        new("On-KeyNotFound accept", "on_key_missing = \"accept\"", DkimVerifyMail.Permanent, "accept"),
        new("On-KeyNotFound reject", "on_key_missing = \"reject\"", DkimVerifyMail.Permanent, NoKey),
        new("On-KeyNotFound tempfail", "on_key_missing = \"tempfail\"", DkimVerifyMail.Permanent, "451 4.7.5 DKIM key retrieval failed"),
        new("On-KeyNotFound discard", "on_key_missing = \"discard\"", DkimVerifyMail.Permanent, "discard"),
        new("On-KeyNotFound reject", "on_key_missing = \"reject\"", DkimVerifyMail.Failing, "accept"),
        new("On-KeyNotFound reject", "on_key_missing = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Signature("missing"), DkimVerifyMail.Signature()), "accept"),
        new("On-KeyNotFound reject", "on_key_missing = \"reject\"\non_revoked_key = \"accept\"", DkimVerifyMail.With(DkimVerifyMail.Signature("revoked")), "accept"),
        new("On-KeyNotFound reject", "on_key_missing = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Signature("missing"), DkimVerifyMail.Broken()), "accept", NoKey, "fail decides before permerror, wherever it stands; OpenDKIM goes by the first signature"),
        new("On-NoSignature accept", "on_none = \"accept\"", DkimVerifyMail.Unsigned, "accept"),
        new("On-NoSignature reject", "on_none = \"reject\"", DkimVerifyMail.Unsigned, NoSignature),
        new("On-NoSignature tempfail", "on_none = \"tempfail\"", DkimVerifyMail.Unsigned, "451 4.7.0 no DKIM signature data"),
        new("On-NoSignature discard", "on_none = \"discard\"", DkimVerifyMail.Unsigned, "discard"),
        new("On-NoSignature reject\nAlwaysAddARHeader yes", "on_none = \"reject\"", DkimVerifyMail.Unsigned, NoSignature, "accept", "with AlwaysAddARHeader OpenDKIM passes unsigned mail whatever On-NoSignature says"),
        new("On-NoSignature reject", "on_none = \"reject\"", DkimVerifyMail.With(DkimVerifyMail.Broken("testing")), NoSignature, "accept", "RFC 6376 §3.6.1: mail of a testing key is treated as unsigned mail, no better"),
        new("On-Default reject", "on_none = \"reject\"\non_fail = \"reject\"\non_permerror = \"reject\"\non_temperror = \"reject\"", DkimVerifyMail.Failing, BadSignature),
        new("On-Default reject", "on_none = \"reject\"\non_fail = \"reject\"\non_permerror = \"reject\"\non_temperror = \"reject\"", DkimVerifyMail.Permanent, NoKey),
        new("On-Default reject", "on_none = \"reject\"\non_fail = \"reject\"\non_permerror = \"reject\"\non_temperror = \"reject\"", DkimVerifyMail.Unsigned, NoSignature),
        new("On-Default discard", "on_fail = \"discard\"", DkimVerifyMail.Failing, "discard"),
        new("On-Default tempfail\nOn-KeyNotFound reject", "on_key_missing = \"reject\"", DkimVerifyMail.Permanent, NoKey),
        new("On-KeyNotFound reject\nOn-Default tempfail", "on_key_missing = \"reject\"", DkimVerifyMail.Permanent, NoKey),
        new("On-SignatureError reject\nOn-Security reject\nOn-InternalError reject", "", DkimVerifyMail.With(DkimVerifyMail.Signature(tags: " l=x;")), "accept"),
        new("On-DNSError accept\nNameservers 127.9.9.9", "on_temperror = \"accept\"", DkimVerifyMail.Temporary, "accept"),
        new("On-DNSError tempfail\nNameservers 127.9.9.9", "on_temperror = \"tempfail\"", DkimVerifyMail.Temporary, "451 4.7.5 DKIM key retrieval failed", "accept", "OpenDKIM passes mail whose key cannot be looked up, without result, whatever On-DNSError says"),
        new("On-DNSError reject\nNameservers 127.9.9.9", "on_temperror = \"reject\"", DkimVerifyMail.Temporary, NoKey, "accept", "as above"),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Rows.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task The_MTA_is_told_the_same_or_the_difference_has_a_reason(int number)
    {
        Machine.Require("/usr/sbin/opendkim");
        var row = Rows[number];
        var keys = Path.GetTempFileName();
        await File.WriteAllLinesAsync(keys, Records(), TestContext.Current.CancellationToken);
        try
        {
            var source = row.Theirs.Contains("Nameservers", StringComparison.Ordinal) ? "" : $"TestPublicKeys {keys}";
            await using var opendkim = await OpenDkimProcess.StartAsync($"Mode v\n{source}\n{row.Theirs}");
            var theirs = Words(await OpenDkimMilter.SendAsync(opendkim, Encoding.UTF8.GetBytes(row.Mail), client: "192.0.2.1"));
            var ours = Words(await DkimVerifyTests.Verifying(row.Mail, $"replies = \"opendkim\"\n{row.Ours}").RunAsync());
            Assert.Equal((row.TheirAnswer ?? row.OurAnswer, row.OurAnswer), (theirs, ours));
            Assert.Equal(row.TheirAnswer is null, row.Reason is null);
        }
        finally
        {
            File.Delete(keys);
        }
    }

    private static IEnumerable<string> Records() => DkimVerifyMail.Zone.Split('\n').Where(line => line.Contains("TXT", StringComparison.Ordinal))
        .Select(line => line.Replace(". TXT \"", " ", StringComparison.Ordinal).TrimEnd('"'));

    private static string Words(MilterResponse answer) => answer.Kind switch
    {
        _ when answer.Edits.OfType<MilterEdit.Quarantine>().Any() => "quarantine",
        MilterReplyKind.ReplyCode => Encoding.ASCII.GetString(answer.Text.Span),
        MilterReplyKind.Accept or MilterReplyKind.Continue => "accept",
        _ => answer.Kind.ToString().ToLowerInvariant(),
    };

    private static string Words(FilterRun run) => run switch
    {
        { QuarantineReason: not null } => "quarantine",
        { Reply: { } reply } => reply.ToString().Replace(" [dkim_verify]", "", StringComparison.Ordinal),
        { Verdict: VerdictKind.Discard } => "discard",
        _ => "accept",
    };

    /// <summary>One line of the table.</summary>
    /// <param name="Theirs">Lines of opendkim.conf.</param>
    /// <param name="Ours">Our settings for the same.</param>
    /// <param name="Mail">The message.</param>
    /// <param name="OurAnswer">What we answer.</param>
    /// <param name="TheirAnswer">What OpenDKIM answers; null for the same.</param>
    /// <param name="Reason">Why they differ.</param>
    private sealed record Row(string Theirs, string Ours, string Mail, string OurAnswer, string? TheirAnswer = null, string? Reason = null);
}
