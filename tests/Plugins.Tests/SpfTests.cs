using FilterHost.Dns;
using FilterHost.Plugins.Spf;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What the filter finds, publishes, writes and says. What it does about it is in <see cref="SpfActionTests"/>.</summary>
public sealed class SpfTests
{
    internal const string Zone = """
        example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all exp=why.example.com"
        why.example.com. TXT "100%% of %{i} may not: %{l}"
        mail.example.com. TXT "v=spf1 a -all"
        mail.example.com. A 192.0.2.1
        soft.example.com. TXT "v=spf1 ~all"
        neutral.example.com. TXT "v=spf1 ?all"
        wrong.example.com. TXT "v=spf1 moo"
        silent.example.com. FAIL TIMEOUT
        victim.example. TXT "v=spf1 +all"
        """;

    [Fact]
    public async Task The_result_of_the_reverse_path_is_published_and_that_of_the_HELO_name_beside_it()
    {
        var run = await Evaluating().RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        var mailFrom = MailFrom(run);
        Assert.Equal((SpfOutcome.Pass, "example.com", "alice@example.com", "ip4:192.0.2.0/24", 8, false), (mailFrom.Outcome, mailFrom.Domain!.ToString(), mailFrom.Mailbox, mailFrom.Mechanism, mailFrom.MatchWidth, mailFrom.IsNullPath));
        Assert.Equal("mx.example.net; spf=pass smtp.helo=mail.example.com; spf=pass smtp.mailfrom=alice@example.com", run.Header("Authentication-Results")!.Replace("\t", " ", StringComparison.Ordinal));
        Assert.Equal(["spf=pass helo=mail.example.com a", "spf=pass mailfrom=alice@example.com ip4:192.0.2.0/24"], run.Notes.Select(static note => note.Text));
    }

    [Fact]
    public async Task Without_the_setting_the_HELO_name_is_not_asked_for()
    {
        var run = await Evaluating("helo = false").RunAsync();
        Assert.Single(run.Results);
        Assert.Equal(["example.com"], run.DnsQuestions.Select(static name => name.ToString()));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("[192.0.2.1]")]
    [InlineData("a..b")]
    public async Task A_HELO_name_that_is_no_domain_has_no_result(string helo) =>
        Assert.Equal(SpfIdentity.MailFrom, Assert.IsType<SpfResult>(Assert.Single((await Evaluating().Helo(helo).RunAsync()).Results)).Identity);

    [Fact]
    public async Task Of_a_null_path_one_result_is_published_for_the_HELO_name_as_the_reverse_path()
    {
        var run = await Evaluating().From("").RunAsync();
        var result = Assert.IsType<SpfResult>(Assert.Single(run.Results));
        Assert.Equal((SpfOutcome.Pass, SpfIdentity.MailFrom, true), (result.Outcome, result.Identity, result.IsNullPath));
        Assert.Equal("mx.example.net; spf=pass smtp.helo=mail.example.com", run.Header("Authentication-Results"));
    }

    // A1, CVE-2019-20790: what passes for the HELO name is never the result of the reverse-path.
    [Fact]
    public async Task A_pass_of_the_HELO_name_is_not_that_of_the_reverse_path()
    {
        var run = await Evaluating().From("ceo@no-such.victim.example").RunAsync();
        Assert.Equal(SpfOutcome.None, MailFrom(run).Outcome);
        Assert.Equal(SpfOutcome.Pass, run.Results.OfType<SpfResult>().Single(static result => result.Identity == SpfIdentity.Helo).Outcome);
    }

    // A2
    [Theory]
    [InlineData("<(any@victim.example>")]
    [InlineData("<any@victim.example(.example.com>")]
    [InlineData("<any@victim.example;x>")]
    public async Task A_reverse_path_that_does_not_parse_is_none_and_is_not_written(string path)
    {
        var run = await Evaluating("helo = false").From(path).RunAsync();
        Assert.Equal(SpfOutcome.None, MailFrom(run).Outcome);
        Assert.Equal("mx.example.net; spf=none reason=\"the reverse-path has no domain\"", run.Header("Authentication-Results")!.Replace("\t", " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_of_an_authenticated_client_is_not_evaluated_and_the_log_says_why() =>
        AssertNotEvaluated(await Evaluating(SpfActionTests.AllRefused).Authenticated("joe").RunAsync(), "not evaluated: client authenticated as joe");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Mail_of_an_internal_client_is_not_evaluated_and_the_log_says_why(string address) =>
        AssertNotEvaluated(await Evaluating(SpfActionTests.AllRefused).Client(address).RunAsync(), "not evaluated: client is internal");

    [Fact]
    public async Task A_client_of_unknown_address_is_never_internal_and_its_result_is_none()
    {
        var run = await Evaluating().Client(null).RunAsync();
        Assert.Equal((SpfOutcome.None, "the client's address is not known"), (MailFrom(run).Outcome, MailFrom(run).Reason));
        Assert.Empty(run.DnsQuestions);
    }

    [Theory]
    [InlineData("maximum_lookups = 0")]
    [InlineData("maximum_lookups = 11")]
    [InlineData("maximum_void_lookups = 11")]
    [InlineData("evaluation_time = \"500ms\"")]
    [InlineData("maximum_per_client = 0")]
    [InlineData("on_fail = \"drop\"")]
    [InlineData("tag_field = \"a b\"")]
    public async Task Settings_out_of_range_stop_the_start(string settings) =>
        Assert.StartsWith("settings:1:", Assert.Single((await Assert.ThrowsAsync<StartRefusedException>(() => Evaluating(settings).RunAsync())).Problems), StringComparison.Ordinal);

    [Fact]
    public async Task A_lower_cap_makes_a_record_that_needs_more_a_permanent_error()
    {
        var test = Evaluating("maximum_lookups = 1").WithZone("many.example.com. TXT \"v=spf1 a:mail.example.com a:mail.example.com -all\"").From("a@many.example.com").Client("203.0.113.1");
        Assert.Equal(SpfOutcome.PermError, MailFrom(await test.RunAsync()).Outcome);
    }

    [Fact]
    public async Task Received_SPF_is_written_on_request_and_those_from_outside_are_removed()
    {
        var run = await Evaluating("received_spf = true").WithMessage("Received-SPF: pass (forged)\r\nFrom: a@example.com\r\nreceived-spf: pass identity=mailfrom\r\n\r\nx\r\n").From("a\"b@soft.example.com").RunAsync();
        var fields = run.Fields.All("Received-SPF").Select(static field => field.Text.Replace("\t", " ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, fields.Length);
        Assert.StartsWith("none identity=mailfrom; envelope-from=\"a\\\"b@soft.example.com\"; client-ip=192.0.2.1; helo=mail.example.com; receiver=mx.example.net; problem=", fields[0], StringComparison.Ordinal);
        Assert.StartsWith("pass identity=helo; ", fields[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Received_SPF_stays_where_it_is_not_written_and_on_mail_that_is_not_evaluated()
    {
        var test = Evaluating().WithMessage("Received-SPF: pass\r\nFrom: a@example.com\r\n\r\nx\r\n");
        Assert.Equal("pass", (await test.RunAsync()).Header("Received-SPF"));
        test = Evaluating("received_spf = true").WithMessage("Received-SPF: pass\r\nFrom: a@example.com\r\n\r\nx\r\n");
        Assert.Equal("pass", (await test.Client("127.0.0.1").RunAsync()).Header("Received-SPF"));
    }

    [Fact]
    public async Task Work_for_one_client_is_limited_and_others_are_not_held_up()
    {
        var turns = new ClientTurns(1);
        var token = TestContext.Current.CancellationToken;
        var first = await turns.EnterAsync(System.Net.IPAddress.Parse("2001:db8::1"), TimeSpan.FromMinutes(1), token);
        Assert.Null(await turns.EnterAsync(System.Net.IPAddress.Parse("2001:db8::2"), TimeSpan.Zero, token));
        using (var other = await turns.EnterAsync(System.Net.IPAddress.Parse("2001:db8:0:1::1"), TimeSpan.Zero, token))
            Assert.NotNull(other);
        var next = turns.EnterAsync(System.Net.IPAddress.Parse("2001:db8::2"), TimeSpan.FromMinutes(1), token);
        Assert.False(next.IsCompleted);
        first!.Dispose();
        (await next)!.Dispose();
        Assert.Equal(0, turns.Count);
    }

    [Fact]
    public async Task What_is_slow_in_DNS_is_temperror_within_evaluation_time()
    {
        var run = await Evaluating("evaluation_time = \"1s\"").WithService<IDnsResolver>(new SilentResolver()).RunAsync();
        Assert.Equal((SpfOutcome.TempError, "the time limit was reached"), (MailFrom(run).Outcome, MailFrom(run).Reason));
    }

    internal static FilterTest Evaluating(string settings = "") => FilterTest.For<SpfPlugin>(settings).WithZone(Zone);

    internal static SpfResult MailFrom(FilterRun run) => run.Results.OfType<SpfResult>().Single(static result => result.Identity == SpfIdentity.MailFrom);

    private static void AssertNotEvaluated(FilterRun run, string note)
    {
        Assert.Empty(run.Results);
        Assert.Empty(run.DnsQuestions);
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal([note], run.Notes.Select(static entry => entry.Text));
    }

    private sealed class SilentResolver : IDnsResolver
    {
        public async ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new DnsAnswer { Outcome = DnsOutcome.NxDomain };
        }
    }
}
