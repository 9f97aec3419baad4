using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>Whose mail is signed, by sender fields, exempt domains and recipients, and who may write as whom.</summary>
public sealed class DkimSignWhoTests : IDisposable
{
    private readonly string _map = Path.GetTempFileName();

    public void Dispose() => File.Delete(_map);

    [Theory]
    [InlineData("[\"Sender\", \"From\"]", "From: a@example.com\nSender: s@sub.example.com\n", "sub.example.com")]
    [InlineData("[\"Sender\", \"From\"]", "From: a@example.com\n", "example.com")]
    [InlineData("[\"From\", \"Sender\"]", "From: a@example.com\nSender: s@sub.example.com\n", "example.com")]
    [InlineData("[\"Sender\"]", "From: a@example.com, b@other.example\nSender: s@sub.example.com\n", "sub.example.com")]
    public async Task The_first_sender_field_that_is_there_decides(string fields, string header, string domain)
    {
        var keys = new DkimSignKeys();
        await SendAsync($"sender_headers = {fields}", $"{header}\nx\n", keys);
        Assert.Equal(domain, Assert.Single(keys.Queries).AuthorDomain.ToString());
    }

    [Theory]
    [InlineData("From: a@example.com\nFrom: b@example.com\nSender: s@example.com\n", "not signed: several From fields")]
    [InlineData("From: a@example.com\nSender: s@example.com\nSender: t@example.com\n", "not signed: several Sender fields")]
    [InlineData("From: a@example.com\nSender: s@example.com, t@other.example\n", "not signed: Sender has several domains")]
    [InlineData("From: a@example.com\nSender: nobody\n", "not signed: Sender cannot be read: ")]
    public async Task What_a_sender_field_leaves_open_is_not_signed(string header, string note)
    {
        var run = await SendAsync("sender_headers = [\"Sender\", \"From\"]", $"{header}\nx\n");
        Assert.StartsWith(note, Assert.Single(NotesOf(run)), StringComparison.Ordinal);
        Assert.Null(run.Header("DKIM-Signature"));
    }

    [Theory]
    [InlineData("[\"example.com\"]", "a@example.com", true)]
    [InlineData("[\"example.com\"]", "a@sub.example.com", false)]
    [InlineData("[\".example.com\"]", "a@sub.example.com", true)]
    [InlineData("[\".example.com\"]", "a@example.com", false)]
    public async Task Mail_of_an_exempt_domain_is_not_signed_and_the_log_says_why(string domains, string from, bool isExempt)
    {
        var run = await SendAsync($"exempt_domains = {domains}", $"From: {from}\n\nx\n");
        Assert.Equal(isExempt ? $"not signed: {from[2..]} is exempt" : "signed d=example.com s=rsa a=rsa-sha256", Assert.Single(NotesOf(run)));
        Assert.Equal(isExempt, run.Header("DKIM-Signature") is null);
    }

    [Theory]
    [InlineData("b@example.org", true)]
    [InlineData("B@Example.ORG", true)]
    [InlineData("other@example.org", false)]
    [InlineData("example.org", true)]
    [InlineData("*@example.org", true)]
    [InlineData("@example.org", true)]
    [InlineData(".example.org", false)]
    [InlineData(".org", true)]
    [InlineData("b@.org", true)]
    [InlineData("c@.org", false)]
    [InlineData("b@*", true)]
    [InlineData("*", true)]
    public async Task One_recipient_on_the_list_is_enough_to_leave_mail_unsigned(string entry, bool isListed)
    {
        var run = await Test($"no_sign_recipients = [\"{entry}\"]").To("z@elsewhere.example", "b@example.org").RunAsync();
        Assert.Equal(isListed, run.Header("DKIM-Signature") is null);
        if (isListed)
            Assert.StartsWith("not signed: nothing is signed to ", Assert.Single(NotesOf(run)), StringComparison.Ordinal);
    }

    // C1 to C3 of espoofer: an authenticated client that writes as somebody else.
    [Theory]
    [InlineData("alice", "alice@example.com", true)]
    [InlineData("ALICE", "Alice@Example.com", true)]
    [InlineData("alice", "anything@shop.example.com", true)]
    [InlineData("alice", "x@below.news.example.com", true)]
    [InlineData("alice", "x@news.example.com", false)]
    [InlineData("alice", "bob@example.com", false)]
    [InlineData("admin", "anybody@other.example", true)]
    [InlineData("carol@example.com", "carol@example.com", true)]
    [InlineData("carol@example.com", "alice@example.com", false)]
    [InlineData("carol", "carol@example.com", false)]
    [InlineData("*", "x@example.com", false)]
    [InlineData("alice", "alice@example.com, bob@example.com", false)]
    [InlineData("alice", "alice@example.com, x@shop.example.com", true)]
    public async Task An_authenticated_client_writes_only_as_whom_the_map_gives_it(string login, string from, bool mayWrite)
    {
        Map("# logins", "", "alice  alice@example.com, @shop.example.com # and", "alice\t.news.example.com", "admin *");
        var run = await Test(LoginSettings(), $"From: {from}\n\nx\n").Client("192.0.2.1").Authenticated(login).RunAsync();
        if (mayWrite)
        {
            Assert.Equal(VerdictKind.Continue, run.Verdict);
            return;
        }
        Assert.Equal((550, "5.7.1"), (run.Reply!.Code, run.Reply.EnhancedCode));
        Assert.StartsWith($"login {login} may not write as ", run.Reply.Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith($"not signed: login {login} may not write as ", Assert.Single(NotesOf(run)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: alice@example.com\nFrom: bob@example.com\n", "several From fields")]
    [InlineData("From: alice@example.com\nfrom : bob@example.com\n", "several From fields")]
    [InlineData("From: <alice@example.com> <bob@example.com>\n", "From cannot be read: ")]
    [InlineData("Subject: x\n", "no author in From")]
    public async Task A_From_that_cannot_be_told_belongs_to_no_login(string header, string problem)
    {
        Map("alice *");
        var run = await Test(LoginSettings(), $"{header}\nx\n").Authenticated("alice").RunAsync();
        Assert.StartsWith(problem, run.Reply!.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_star_is_everybody_who_has_no_line()
    {
        Map("* @example.com", "alice alice@example.com");
        Assert.Equal(VerdictKind.Continue, (await Test(LoginSettings(), "From: x@example.com\n\nx\n").Authenticated("zoe").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Reject, (await Test(LoginSettings(), "From: x@example.com\n\nx\n").Authenticated("alice").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Reject, (await Test(LoginSettings(), "From: zoe@other.example\n\nx\n").Authenticated("zoe@other.example").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await Test(LoginSettings(), "From: x@example.com\n\nx\n").Client("192.0.2.1").Macro("auth_type", "EXTERNAL").RunAsync()).Verdict);
    }

    [Fact]
    public async Task A_client_without_login_is_not_checked()
    {
        Map("alice alice@example.com");
        Assert.Equal("signed d=example.com s=rsa a=rsa-sha256", Assert.Single(NotesOf(await SendAsync(LoginSettings(), "From: bob@example.com\n\nx\n"))));
        Assert.Equal(VerdictKind.Continue, (await Test(LoginSettings(), "From: bob@example.com\n\nx\n").Client("192.0.2.1").RunAsync()).Verdict);
    }

    [Theory]
    [InlineData("accept", VerdictKind.Continue)]
    [InlineData("tag", VerdictKind.Continue)]
    [InlineData("quarantine", VerdictKind.Continue)]
    [InlineData("tempfail", VerdictKind.TempFail)]
    [InlineData("discard", VerdictKind.Discard)]
    public async Task Whatever_is_done_about_it_mail_of_another_login_is_not_signed(string action, VerdictKind verdict)
    {
        Map("alice alice@example.com");
        var run = await Test($"{LoginSettings()}\non_login_mismatch = \"{action}\"", "X-Login-Judgement: forged\nFrom: bob@example.com\n\nx\n").Authenticated("alice").RunAsync();
        Assert.Equal(verdict, run.Verdict);
        Assert.Null(run.Header("DKIM-Signature"));
        if (action == "tag")
            Assert.Equal(["login alice may not write as bob@example.com"], run.Fields.All("X-Login-Judgement").Select(field => field.Text));
        if (action == "quarantine")
            Assert.Equal("login alice may not write as bob@example.com", run.QuarantineReason);
    }

    [Theory]
    [InlineData("alice", ":2: 'alice' has a login and nobody")]
    [InlineData("alice a@example.com,", ":2: '' is neither an address nor a domain")]
    [InlineData("alice a@exa mple.com", ":2: 'a@exa mple.com' is neither")]
    [InlineData("alice a@b..c", ":2: 'a@b..c' is neither")]
    public async Task A_mistake_in_the_map_stops_the_start_at_its_line(string line, string problem)
    {
        Map("# logins", line);
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Test(LoginSettings()).RunAsync());
        Assert.Contains($"login_map: {_map}{problem}", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_that_is_not_there_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Test("login_map = \"/nowhere/logins\"").RunAsync());
        Assert.Contains("login_map: /nowhere/logins cannot be read: ", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    private static Task<FilterRun> SendAsync(string settings, string message, DkimSignKeys? keys = null) => Test(settings, message, keys).RunAsync();

    private static FilterTest Test(string settings, string message = "From: a@example.com\n\nx\n", DkimSignKeys? keys = null) =>
        FilterTest.For<DkimSignPlugin>(settings).WithService<ISigningKeyStore>(keys ?? new DkimSignKeys()).At(DkimSignTests.Now).Client("127.0.0.1").WithMessage(message);

    private static IEnumerable<string> NotesOf(FilterRun run) => run.Notes.Select(note => note.Text);

    private string LoginSettings() => $"login_map = \"{_map}\"";

    private void Map(params string[] lines) => File.WriteAllLines(_map, lines);
}
