using System.Text.RegularExpressions;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>Which fields are signed by the lists of the settings, for all domains and for some.</summary>
public sealed class DkimSignFieldListTests
{
    private const string Message = """
        Received: from x
        From: a@example.com
        Subject: x
        X-A: 1
        X-B-Long: 2
        List-Id: <l.example.com>
        Comments: c
        Date: Thu, 1 Jan 2026 00:00:00 +0000
        Reply-To: r@example.com

        x
        """;

    [Theory]
    [InlineData("oversign = [\"*\", \"-To\", \"-cc\", \"-MIME-Version\", \"-Content-Type\", \"-Content-Transfer-Encoding\", \"-Subject\", \"-Date\"]\nsign_headers = []", "from from")]
    [InlineData("oversign = []\nsign_headers = [\"*\", \"+X-*\", \"-List-*\"]", "from from reply-to x-a x-b-long")]
    [InlineData("oversign = []\nsign_headers = [\"*\", \"+Subject\"]", "from from list-id reply-to subject")]
    [InlineData("oversign = []\nsign_headers = [\"*-Long\", \"X*o*\"]", "from from x-b-long")]
    [InlineData("oversign = [\"Subject\", \"X-A\"]\nsign_headers = [\"Comments\", \"X-*\"]\nomit_headers = [\"x-a\", \"Comm*\"]", "from from subject subject x-b-long")]
    [InlineData("oversign = []\nsign_headers = [\"*\"]\nomit_headers = [\"F*\", \"List-Id\"]", "from from reply-to")]
    [InlineData("oversign = []\nsign_headers = [\"R*\"]", "from from reply-to")]
    public async Task Fields_are_signed_as_the_lists_say(string settings, string expected) => Assert.Equal(expected, SignedFields(await RunAsync(settings)));

    [Theory]
    [InlineData("sign_headers = [\"*\", \"Subject\"]", "settings:1:1: sign_headers: 'Subject' stands beside \"*\": ")]
    [InlineData("sign_headers = [\"+Subject\"]", "settings:1:1: sign_headers: '+Subject' changes the default list only beside")]
    [InlineData("sign_headers = [\"*\", \"-Subject\"]", "settings:1:1: sign_headers: '-Subject' takes away nothing: the list has Reply-To, ")]
    [InlineData("sign_headers = [\"*\", \"+Received\"]", "settings:1:1: sign_headers: Received must not be signed")]
    [InlineData("oversign = [\"*\", \"+X-*\"]", "settings:1:1: oversign: 'X-*': only whole names")]
    [InlineData("omit_headers = [\"from\"]", "settings:1:1: omit_headers: From must be signed (RFC 6376 §5.4)")]
    [InlineData("omit_headers = [\"a b\"]", "settings:1:1: omit_headers: 'a b' is no name")]
    [InlineData("[[by_domain]]\ndomains = [\"a..b\"]", "settings:2:1: by_domain[0].domains[0]: 'a..b' is no domain")]
    [InlineData("[[by_domain]]\ndomains = [\"example.com\"]\ncanonicalization = \"nofold\"", "settings:3:1: by_domain[0].canonicalization: 'nofold'")]
    [InlineData("[[by_domain]]\ndomains = [\"example.com\"]\nuser_identifier = \"example.com\"", "settings:3:1: by_domain[0].user_identifier: 'example.com' is no user identifier")]
    [InlineData("user_identifier = \"a@b..c\"", "settings:1:1: user_identifier: 'a@b..c' is no user identifier")]
    [InlineData("sender_headers = []", "settings:1:1: sender_headers: ")]
    [InlineData("sender_headers = [\"From:\"]", "settings:1:1: sender_headers[0]: 'From:' is no field name")]
    [InlineData("exempt_domains = [\"@example.com\"]", "settings:1:1: exempt_domains[0]: '@example.com' is no domain")]
    [InlineData("no_sign_recipients = [\"a b@example.com\"]", "settings:1:1: no_sign_recipients[0]: 'a b@example.com' is neither")]
    public async Task Mistakes_stop_the_start_at_their_place(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync(settings));
        var place = Assert.Single(refusal.Problems);
        Assert.Contains(problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..], place, StringComparison.Ordinal);
        Assert.StartsWith("settings:", place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_author_domain_has_settings_of_its_own_and_the_first_entry_that_names_it_counts()
    {
        const string settings = """
            oversign = []
            sign_headers = ["*", "+Subject"]
            expire_after = "1h"
            [[by_domain]]
            domains = ["sub.example.com"]
            canonicalization = "simple/simple"
            sign_headers = ["*", "-Reply-To", "+X-A"]
            omit_headers = ["List-*"]
            expire_after = "0s"
            request_reports = true
            [[by_domain]]
            domains = [".example.com"]
            oversign = ["Subject"]
            """;
        var own = await RunAsync(settings, Message.Replace("a@example.com", "a@sub.example.com", StringComparison.Ordinal));
        Assert.Equal("from from subject x-a", SignedFields(own));
        Assert.Equal(("simple/simple", "y", false), (TagsOf(own)["c"], TagsOf(own)["r"], TagsOf(own).ContainsKey("x")));
        var below = await RunAsync(settings, Message.Replace("a@example.com", "a@other.example.com", StringComparison.Ordinal));
        Assert.Equal("from from list-id reply-to subject subject", SignedFields(below));
        Assert.Equal(("relaxed/relaxed", true), (TagsOf(below)["c"], TagsOf(below).ContainsKey("x")));
        var general = await RunAsync(settings);
        Assert.Equal("from from list-id reply-to subject", SignedFields(general));
        Assert.False(TagsOf(general).ContainsKey("r"));
    }

    [Theory]
    [InlineData("@%", "a@example.com", "@example.com")]
    [InlineData("%", "a@example.com", null)]
    [InlineData("robot@%", "a@sub.example.com", "robot@sub.example.com")]
    [InlineData("@mail.example.com", "a@example.com", "@mail.example.com")]
    [InlineData("@example.net", "a@example.com", null)]
    public async Task The_user_identifier_is_that_of_the_settings_unless_no_verifier_would_take_it(string identifier, string from, string? expected)
    {
        var settings = $"user_identifier = \"{identifier}\"";
        if (identifier == "%")
        {
            await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync(settings));
            return;
        }
        Assert.Equal(expected, TagsOf(await RunAsync(settings, $"From: {from}\n\nx\n")).GetValueOrDefault("i"));
    }

    [Fact]
    public async Task The_key_stores_own_user_identifier_wins()
    {
        var keys = new DkimSignKeys { Answer = new SigningKeys.Found([DkimSignKeys.Rsa with { UserIdentifier = "own@example.com" }, DkimSignKeys.Ed25519]) };
        var run = await RunAsync("user_identifier = \"@%\"", keys: keys);
        Assert.Equal(["own@example.com", "@example.com"], run.Fields.All("DKIM-Signature").Select(field => TagsOf(field)["i"]));
    }

    // RFC 6376 §3.5: "z=From:foo@eng.example.net|To:joe@example.com|Subject:demo=20run|…"; "|", "=", ";", white space and 8 bit are encoded.
    [Theory]
    [InlineData("compact", "From:=20a@example.com|Subject:=20s=3D1=3B=20a=7Cb=20=C3=A4=0D=0A=09fold=20=20")]
    [InlineData("opendkim", "From:=20a@example.com|Subject:=20s=3D1=3B=20a|b=20=C3=A4=0D=0A=09fold=20=20")]
    public async Task Signed_fields_are_copied_in_quoted_printable(string layout, string expected)
    {
        var run = await RunAsync($"copy_headers = true\nlayout = \"{layout}\"\noversign = [\"To\"]\nsign_headers = [\"Subject\"]", "From: a@example.com\nX: no\nSubject: s=1; a|b ä\n\tfold  \n\nx\n");
        Assert.Equal(expected, Regex.Match(run.Fields.First("DKIM-Signature")!.Text, @"z=([^;]*);").Groups[1].Value.Replace("\r\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("pass", await DkimSignTests.VerifiedWordAsync(run));
    }

    [Fact]
    public async Task Copies_are_bounded()
    {
        var run = await RunAsync("copy_headers = true", $"From: a@example.com\nSubject: short\nReferences: {new string('\u00e4', 12_000)}\nTo: b@example.net\n\nx\n");
        var tags = TagsOf(run);
        Assert.Equal("From:=20a@example.com|Subject:=20short", tags["z"]);
        Assert.Equal("pass", await DkimSignTests.VerifiedWordAsync(run));
    }

    [Fact]
    public async Task A_request_for_reports_is_a_tag() => Assert.Equal("y", TagsOf(await RunAsync("request_reports = true"))["r"]);

    private static Task<FilterRun> RunAsync(string settings, string message = Message, DkimSignKeys? keys = null) =>
        FilterTest.For<DkimSignPlugin>(settings).WithService<ISigningKeyStore>(keys ?? new DkimSignKeys()).At(DkimSignTests.Now).Client("127.0.0.1").WithMessage(message).RunAsync();

    private static string SignedFields(FilterRun run) => string.Join(' ', TagsOf(run)["h"].Split(':').Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal));

    private static Dictionary<string, string> TagsOf(FilterRun run) => TagsOf(run.Fields.First("DKIM-Signature")!);

    private static Dictionary<string, string> TagsOf(HeaderField signature) =>
        Regex.Replace(signature.Text, @"\s", "").Split(';').Select(tag => tag.Split('=', 2)).ToDictionary(tag => tag[0], tag => tag[1]);
}
