using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Plugins.DkimVerify;
using FilterHost.Testing;
using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.Tests;

/// <summary>Who is signed, how, and what the log line says of those who are not.</summary>
public sealed class DkimSignTests
{
    internal static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task An_authenticated_client_is_signed_wherever_it_comes_from()
    {
        var run = await Signing().Client("192.0.2.1").Authenticated("alice").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.True(run.Fields[0].IsNamed("DKIM-Signature"));
        Assert.Equal(["signed d=example.com s=rsa a=rsa-sha256"], NotesOf(run));
        Assert.Equal(["pass"], await VerifiedAsync(run));
    }

    [Fact]
    public async Task A_client_that_says_only_how_it_authenticated_is_authenticated()
    {
        var run = await Signing().Macro("auth_type", "EXTERNAL").RunAsync();
        Assert.NotNull(run.Header("DKIM-Signature"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task An_internal_client_is_signed_without_login(string address)
    {
        var run = await Signing().Client(address).RunAsync();
        Assert.NotNull(run.Header("DKIM-Signature"));
    }

    [Theory]
    [InlineData("192.0.2.7", "not signed: client 192.0.2.7 not internal, not authenticated")]
    [InlineData(null, "not signed: client unknown not internal, not authenticated")]
    public async Task A_stranger_is_not_signed_and_the_log_line_says_why(string? address, string note)
    {
        var keys = new DkimSignKeys();
        var run = await Signing(keys: keys).Client(address).RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Null(run.Header("DKIM-Signature"));
        Assert.Empty(run.Edits);
        Assert.Empty(keys.Queries);
        var line = Assert.Single(run.Log, line => line.Level is LogLevel.Information && line.Text.Contains(": passed, ", StringComparison.Ordinal));
        Assert.Contains($", dkim_sign: {note}, ", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_domain_without_key_is_not_signed_and_the_log_line_names_it()
    {
        var run = await Internal().WithMessage("From: a@Other.Example\n\nx\n").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal(["not signed: no key for other.example"], NotesOf(run));
        Assert.Empty(run.Edits);
    }

    [Theory]
    [InlineData("From: a@example.com\nFrom: b@example.com\n", "several From fields")]
    [InlineData("From: a@example.com\nfrom : b@example.com\n", "several From fields")]
    [InlineData("From: a@example.com, b@other.example\n", "From has several domains")]
    public async Task Mail_with_several_authors_goes_out_unsigned_by_default(string from, string reason)
    {
        var run = await Internal().WithMessage($"{from}\nx\n").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal([$"not signed: {reason}"], NotesOf(run));
        Assert.Null(run.Header("DKIM-Signature"));
    }

    [Theory]
    [InlineData("From: a@example.com\nFrom: b@example.com\n", "several From fields")]
    [InlineData("From: a@example.com, b@other.example\n", "From has several domains")]
    public async Task Our_own_mail_with_several_authors_is_refused_where_the_settings_say_so(string from, string reason)
    {
        var test = Internal("""on_several_from = "reject" """).WithMessage($"{from}\nx\n");
        var run = await test.RunAsync();
        Assert.Equal(VerdictKind.Reject, run.Verdict);
        Assert.Equal((550, "5.7.1", $"message is not signed: {reason} [dkim_sign]"), (run.Reply!.Code, run.Reply.EnhancedCode, run.Reply.Lines[^1]));
        Assert.Equal([$"refused: {reason}"], NotesOf(run));
        // Mail of strangers is not ours to refuse.
        Assert.Equal(VerdictKind.Continue, (await test.Client("192.0.2.1").RunAsync()).Verdict);
    }

    [Fact]
    public async Task Several_authors_of_one_domain_are_signed_for_it()
    {
        var run = await Internal("""on_several_from = "reject" """).WithMessage("From: a@example.com, b@EXAMPLE.com\n\nx\n").RunAsync();
        Assert.Equal("example.com", TagsOf(run)["d"]);
    }

    [Theory]
    [InlineData("Subject: x\n", "not signed: no author in From")]
    [InlineData("From: undisclosed:;\n", "not signed: no author in From")]
    [InlineData("From: <a@example.com> <b@other.example>\n", "not signed: From cannot be read: ")]
    [InlineData("From: a@[127.0.0.1]\n", "not signed: From cannot be read: ")]
    public async Task A_From_that_names_nobody_or_cannot_be_read_is_not_signed_and_never_refused(string header, string note)
    {
        var run = await Internal("""on_several_from = "reject" """).WithMessage($"{header}\nx\n").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Null(run.Header("DKIM-Signature"));
        Assert.StartsWith(note, Assert.Single(NotesOf(run)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_tell_defers_the_mail_and_tells_the_client_no_paths()
    {
        var run = await Internal(keys: new DkimSignKeys { Answer = new SigningKeys.Unavailable("/keys: permission denied") }).RunAsync();
        AssertDeferred(run, "cannot sign: /keys: permission denied");
    }

    [Fact]
    public async Task A_wrong_entry_in_the_store_defers_the_mail_of_its_domain_alone()
    {
        var test = Internal(keys: new DkimSignKeys { Answer = new SigningKeys.Misconfigured("/keys/example.com/rsa.pem: is no key") });
        AssertDeferred(await test.RunAsync(), "cannot sign: /keys/example.com/rsa.pem: is no key");
        Assert.Equal(VerdictKind.Continue, (await test.WithMessage("From: a@other.example\n\nx\n").RunAsync()).Verdict);
    }

    [Fact]
    public async Task A_store_that_cannot_sign_defers_the_mail_with_nothing_edited()
    {
        var keys = new DkimSignKeys { Answer = new SigningKeys.Found([DkimSignKeys.Rsa, DkimSignKeys.Ed25519]), Refusal = new SigningOutcome.Unavailable("the vault is sealed") };
        var run = await Internal(keys: keys).RunAsync();
        Assert.Equal((VerdictKind.TempFail, "4.7.1"), (run.Verdict, run.Reply!.EnhancedCode));
        Assert.Empty(run.Edits);
        Assert.StartsWith("cannot sign: ", Assert.Single(NotesOf(run)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_throws_is_a_fault_and_the_mail_is_deferred()
    {
        var run = await FilterTest.For<DkimSignPlugin>().WithService<ISigningKeyStore>(new ThrowingStore()).Client("127.0.0.1").RunAsync();
        Assert.Equal("451 4.3.0 filter dkim_sign failed, try again later", run.Reply!.ToString());
        Assert.Empty(run.Edits);
    }

    [Fact]
    public async Task With_both_keys_the_message_gets_both_signatures_in_the_stores_order()
    {
        var run = await Internal(keys: new DkimSignKeys { Answer = new SigningKeys.Found([DkimSignKeys.Rsa, DkimSignKeys.Ed25519]) }).RunAsync();
        Assert.Equal(["rsa-sha256", "ed25519-sha256"], run.Fields.All("DKIM-Signature").Select(field => TagsOf(field)["a"]));
        Assert.Equal(["signed d=example.com s=rsa a=rsa-sha256", "signed d=example.com s=ed a=ed25519-sha256"], NotesOf(run));
        Assert.Equal(["pass", "pass"], await VerifiedAsync(run));
    }

    [Fact]
    public async Task The_signature_has_the_tags_of_its_key_and_neither_length_nor_expiry_by_default()
    {
        var key = DkimSignKeys.Rsa with { UserIdentifier = "@mail.example.com" };
        var tags = TagsOf(await Internal(keys: new DkimSignKeys { Answer = new SigningKeys.Found([key]) }).RunAsync());
        Assert.Equal(("1", "rsa-sha256", "example.com", "rsa", "@mail.example.com"), (tags["v"], tags["a"], tags["d"], tags["s"], tags["i"]));
        Assert.Equal("relaxed/relaxed", tags["c"]);
        Assert.Equal(Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), tags["t"]);
        Assert.DoesNotContain("x", tags.Keys);
        Assert.DoesNotContain("l", tags.Keys);
    }

    [Fact]
    public async Task Expiry_is_the_set_time_after_signing()
    {
        var tags = TagsOf(await Internal("""expire_after = "7d" """).RunAsync());
        Assert.Equal((Now + TimeSpan.FromDays(7)).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), tags["x"]);
    }

    [Theory]
    [InlineData("simple/simple", "simple/simple")]
    [InlineData("simple/relaxed", "simple/relaxed")]
    [InlineData("relaxed/simple", "relaxed/simple")]
    [InlineData("relaxed/relaxed", "relaxed/relaxed")]
    // RFC 6376 §3.5: "If only one algorithm is named, that algorithm is used for the header and "simple" is used for the body."
    [InlineData("relaxed", "relaxed/simple")]
    public async Task Canonicalization_is_a_setting(string setting, string tag)
    {
        var run = await Internal($"canonicalization = \"{setting}\"").WithMessage("From: a@example.com\nSubject:  two  words \n\n a  b \n\n\n").RunAsync();
        Assert.Equal(tag, TagsOf(run)["c"]);
        Assert.Equal(["pass"], await VerifiedAsync(run));
    }

    [Fact]
    public async Task Simple_and_relaxed_differ_in_what_survives_a_change_of_white_space()
    {
        const string message = "From: a@example.com\nSubject: two  words\n\na  b\n";
        foreach (var (canonicalization, expected) in new[] { ("relaxed/relaxed", "pass"), ("simple/relaxed", "fail"), ("relaxed/simple", "fail") })
        {
            var run = await Internal($"canonicalization = \"{canonicalization}\"").WithMessage(message).RunAsync();
            var changed = run.MessageText.Replace("two  words", "two words", StringComparison.Ordinal).Replace("a  b", "a b", StringComparison.Ordinal);
            Assert.Equal([expected], await VerifiedAsync(changed));
        }
    }

    [Fact]
    public async Task By_default_the_main_fields_are_oversigned_and_the_others_signed_where_present()
    {
        var run = await Internal().WithMessage("""
            Received: from x
            From: a@example.com
            Reply-To: r@example.com
            Message-ID: <1@example.com>
            In-Reply-To: <0@example.com>
            References: <0@example.com>
            Sender: s@example.com
            To: b@example.net
            List-Id: <l.example.com>
            List-Unsubscribe: <mailto:u@example.com>
            Subject: x
            X-Other: x
            Date: Thu, 1 Jan 2026 00:00:00 +0000
            Return-Path: <a@example.com>
            Content-Type: text/plain

            x
            """).RunAsync();
        string[] expected =
        [
            "cc", "content-transfer-encoding", "content-type", "content-type", "date", "date", "from", "from", "in-reply-to", "list-id", "list-unsubscribe", "message-id",
            "mime-version", "references", "reply-to", "sender", "subject", "subject", "to", "to",
        ];
        Assert.Equal(expected, SignedFields(run).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fields_that_are_not_there_are_not_signed_unless_they_are_oversigned()
    {
        var run = await Internal("oversign = [\"Subject\"]\nsign_headers = [\"To\", \"X-*\"]").WithMessage("From: a@example.com\nX-A: 1\nx-b: 2\nDate: now\n\nx\n").RunAsync();
        // RFC 6376 §5.4: "The From header field MUST be signed".
        Assert.Equal(["from", "from", "subject", "x-a", "x-b"], SignedFields(run).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task From_is_oversigned_whatever_the_settings_say() =>
        Assert.Equal(["from", "from"], SignedFields(await Internal("oversign = []\nsign_headers = []").RunAsync()));

    [Theory]
    [InlineData("List-Id: <l.example.org>\r\nList-Unsubscribe: <mailto:u@example.org>\r\n", "pass")]
    [InlineData("Received: from list\r\n", "pass")]
    [InlineData("Subject: other\r\n", "fail")]
    [InlineData("From: eve@example.com\r\n", "fail")]
    [InlineData("Cc: c@example.org\r\n", "fail")]
    [InlineData("MIME-Version: 1.0\r\n", "fail")]
    public async Task A_list_may_add_its_own_fields_and_no_second_one_of_those_that_are_shown(string added, string expected) =>
        Assert.Equal([expected], await VerifiedAsync(added + (await Internal().RunAsync()).MessageText));

    [Theory]
    [InlineData("""canonicalization = "relax/simple" """, "settings:1:1: canonicalization: ")]
    [InlineData("""oversign = ["List-*"]""", "settings:1:1: oversign: ")]
    [InlineData("""oversign = ["Received"]""", "settings:1:1: oversign: ")]
    [InlineData("""sign_headers = ["authentication-results"]""", "settings:1:1: sign_headers: ")]
    [InlineData("""sign_headers = ["a;b"]""", "settings:1:1: sign_headers: ")]
    [InlineData("""expire_after = "soon" """, "settings:1:16: expire_after: ")]
    [InlineData("""on_several_from = "ignore" """, "settings:1:19: on_several_from: ")]
    public async Task Wrong_settings_stop_the_start_at_their_place(string settings, string place)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Internal(settings).RunAsync());
        Assert.StartsWith(place, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_is_asked_with_all_that_a_key_may_be_chosen_by()
    {
        var keys = new DkimSignKeys();
        await Signing(keys: keys).Client("192.0.2.3").Authenticated("joe").From("bounce@example.net").Macro("daemon_name", "submission")
            .WithMessage("From: \"A B\" <Al.Ice@sub.Example.com>\n\nx\n").RunAsync();
        var query = Assert.Single(keys.Queries);
        Assert.Equal(("sub.example.com", "Al.Ice", "<bounce@example.net>"), (query.AuthorDomain.ToString(), query.AuthorLocalPart, query.ReversePath));
        Assert.Equal(("joe", "192.0.2.3", "submission"), (query.AuthenticatedUser, query.ClientAddress!.ToString(), query.DaemonName));
        Assert.NotEmpty(query.Listener);
    }

    [Fact]
    public async Task A_bounce_is_signed_by_its_From()
    {
        var run = await Internal().From("").WithMessage("From: MAILER-DAEMON@example.com\n\nx\n").RunAsync();
        Assert.Equal(["pass"], await VerifiedAsync(run));
    }

    [Fact]
    public async Task A_U_label_is_asked_for_as_A_label_and_the_signature_is_ASCII()
    {
        var keys = new DkimSignKeys();
        var run = await Internal(keys: keys).From("ü@bücher.example.com", "SMTPUTF8").WithMessage("From: ü@bücher.example.com\nSubject: ü\n\nü\n").RunAsync();
        Assert.Equal("xn--bcher-kva.example.com", Assert.Single(keys.Queries).AuthorDomain.ToString());
        Assert.True(Ascii.IsValid(run.Fields.First("DKIM-Signature")!.Body.Span));
        Assert.Equal(["pass"], await VerifiedAsync(run));
    }

    [Fact]
    public async Task How_the_body_is_cut_changes_nothing()
    {
        var test = Internal().WithMessage("From: a@example.com\n\n a \t b \r\n\n\nc\r\n\n\n");
        var whole = await test.RunAsync();
        foreach (var octets in new[] { 1, 2, 3, 5 })
            Assert.Equal(whole.MessageText, (await test.InChunksOf(octets).RunAsync()).MessageText);
    }

    [Theory]
    [InlineData("body = true")]
    [InlineData("fields = [\"Subject\"]")]
    [InlineData("fields = [\"Subject\"]\nbody = true")]
    public async Task What_earlier_filters_edited_is_what_is_signed(string settings)
    {
        var run = await Internal().WithPlugin<DkimSignEditorPlugin>(settings).RunAsync();
        Assert.Contains("edited", run.MessageText, StringComparison.Ordinal);
        Assert.Equal(["pass"], await VerifiedAsync(run));
    }

    [Theory]
    [InlineData("body = true", "may edit the body, which filter dkim_sign before it has signed")]
    [InlineData("fields = [\"subject\"]", "may edit the subject field, which filter dkim_sign before it has signed")]
    public async Task An_editor_after_the_signer_stops_the_start(string settings, string problem)
    {
        var test = FilterTest.For<DkimSignEditorPlugin>(settings).WithService<ISigningKeyStore>(new DkimSignKeys()).WithPlugin<DkimSignPlugin>();
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(test.RunAsync);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dmarc=fail header.from=example.com", "127.0.0.0/8", "not signed: dmarc=fail")]
    [InlineData("dmarc=pass header.from=example.com", "127.0.0.0/8", "signed d=example.com s=rsa a=rsa-sha256")]
    [InlineData("dmarc=pass header.from=example.com", "192.0.2.0/24", "not signed: judged before")]
    public async Task Mail_that_comes_back_is_signed_where_its_client_is_internal_and_no_judgement_forbids_it(string results, string internalNetwork, string note)
    {
        var run = await Internal().Internal(internalNetwork).WithMessage($"Authentication-Results: mx.example.net; {results}\nFrom: a@example.com\n\nx\n").RunAsync();
        Assert.Equal([note], NotesOf(run));
        Assert.Equal(note.StartsWith("signed", StringComparison.Ordinal) ? 1 : 0, run.Fields.All("DKIM-Signature").Count());
        Assert.Equal($"mx.example.net; {results}", run.Header("Authentication-Results"));
    }

    private static FilterTest Signing(string settings = "", DkimSignKeys? keys = null) =>
        FilterTest.For<DkimSignPlugin>(settings).WithService<ISigningKeyStore>(keys ?? new DkimSignKeys()).At(Now);

    private static FilterTest Internal(string settings = "", DkimSignKeys? keys = null) => Signing(settings, keys).Client("127.0.0.1");

    /// <summary>The result of the only signature.</summary>
    internal static async Task<string> VerifiedWordAsync(FilterRun run) => Assert.Single(await VerifiedAsync(run));

    private static Task<IEnumerable<string>> VerifiedAsync(FilterRun run) => VerifiedAsync(run.MessageText);

    private static async Task<IEnumerable<string>> VerifiedAsync(string message)
    {
        var run = await FilterTest.For<DkimVerifyPlugin>().WithZone(DkimSignKeys.Zone).WithMessage(Encoding.UTF8.GetBytes(message)).At(Now).RunAsync();
        return run.Results.Select(result => result.Word);
    }

    private static void AssertDeferred(FilterRun run, string note)
    {
        Assert.Equal(VerdictKind.TempFail, run.Verdict);
        Assert.Equal("451 4.7.1 signing key is not available, try again later [dkim_sign]", run.Reply!.ToString());
        Assert.Equal([note], NotesOf(run));
        Assert.Empty(run.Edits);
    }

    private static IEnumerable<string> NotesOf(FilterRun run) => run.Notes.Select(note => note.Text);

    private static IEnumerable<string> SignedFields(FilterRun run) => TagsOf(run)["h"].Split(':').Select(name => name.ToLowerInvariant());

    private static Dictionary<string, string> TagsOf(FilterRun run) => TagsOf(run.Fields.First("DKIM-Signature")!);

    private static Dictionary<string, string> TagsOf(HeaderField signature) =>
        Regex.Replace(signature.Text, @"\s", "").Split(';').Select(tag => tag.Split('=', 2)).ToDictionary(tag => tag[0], tag => tag[1]);

    private sealed class ThrowingStore : ISigningKeyStore
    {
        public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) => throw new InvalidOperationException("no vault");

        public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => throw new InvalidOperationException("no vault");
    }
}
