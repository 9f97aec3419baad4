using System.Text;
using FilterHost.MailAuth.Spf;
using FilterHost.Tests;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>What strangers do to a host by way of SPF: make it ask, wait, throw, or say what it should not.</summary>
public sealed class SpfAbuseTests
{
    [Fact]
    public async Task Look_ups_are_counted_over_includes_and_redirects_together()
    {
        var zone = SpfZone.Of("example.com TXT v=spf1 include:a.test a:one.test redirect=b.test", "a.test TXT v=spf1 a:one.test a:one.test a:one.test a:one.test ?all", "one.test A 192.0.2.9",
            "b.test TXT v=spf1 a:one.test a:one.test a:one.test a:one.test all");
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal("pass", (await Evaluating.MailFromAsync(zone, options: new SpfOptions { MaximumLookups = 11 })).Result.Word);
    }

    [Fact]
    public async Task Void_look_ups_are_counted_over_includes_and_redirects_together()
    {
        var zone = SpfZone.Of("example.com TXT v=spf1 a:x.test include:a.test redirect=b.test", "a.test TXT v=spf1 mx:x.test ?all", "b.test TXT v=spf1 exists:x.test all");
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal("pass", (await Evaluating.MailFromAsync(zone, options: new SpfOptions { MaximumVoidLookups = 3 })).Result.Word);
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone, options: new SpfOptions { MaximumVoidLookups = 0 })).Result.Word);
    }

    [Theory]
    [InlineData("v=spf1 include:example.com all", 11)]
    [InlineData("v=spf1 redirect=example.com", 11)]
    [InlineData("v=spf1 include:%{d1r}.x.%{d} all", 11)]
    public async Task Loops_end_by_the_counter(string record, int questions)
    {
        var zone = SpfZone.Of($"example.com TXT {record}", "example.x.example.com TXT v=spf1 include:example.com");
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.InRange(zone.Questions.Count, 1, questions);
    }

    [Fact]
    public async Task Ten_MX_records_are_looked_up_and_with_eleven_none()
    {
        var ten = Enumerable.Range(0, 10).Select(static i => $"example.com MX m{i}.test").Concat(Enumerable.Range(0, 10).Select(static i => $"m{i}.test A 192.0.2.9"));
        var zone = SpfZone.Of(["example.com TXT v=spf1 mx -all", .. ten]);
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal(12, zone.Questions.Count);
        zone = SpfZone.Of(["example.com TXT v=spf1 mx -all", .. ten, "example.com MX last.test"]);
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal(2, zone.Questions.Count);
    }

    [Fact]
    public async Task Of_the_names_of_a_client_ten_are_looked_up_once()
    {
        var zone = SpfZone.Of(["example.com TXT v=spf1 ptr ptr exists:%{p}.x.test ptr -all exp=why.test", "why.test TXT %{p}", .. Enumerable.Range(0, 30).Select(static i => $"1.2.0.192.in-addr.arpa PTR p{i}.example.com")]);
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal(1, zone.Questions.Count(static question => question.StartsWith("PTR", StringComparison.Ordinal)));
        Assert.Equal(10, zone.Questions.Count(static question => question.StartsWith("A p", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_client_s_own_names_cannot_turn_fail_into_an_error()
    {
        var zone = SpfZone.Of("example.com TXT v=spf1 ptr -all", "1.2.0.192.in-addr.arpa PTR a.example.com", "1.2.0.192.in-addr.arpa PTR b.example.com", "1.2.0.192.in-addr.arpa PTR c.example.com");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone)).Result.Word);
    }

    [Fact]
    public async Task The_macro_p_counts_as_a_look_up() =>
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(SpfZone.Of("example.com TXT v=spf1 exists:%{p}.x.test all"), options: new SpfOptions { MaximumLookups = 1 })).Result.Word);

    [Fact]
    public async Task One_message_asks_no_more_than_its_terms_with_ten_addresses_each_allow()
    {
        var lines = new List<string> { "example.com TXT v=spf1 mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test mx:m.test -all" };
        for (var i = 0; i < 10; i++)
            lines.AddRange([$"m.test MX m{i}.test", $"m{i}.test A 192.0.2.9"]);
        var zone = SpfZone.Of([.. lines]);
        await Evaluating.MailFromAsync(zone);
        Assert.Equal(1 + (10 * 11), zone.Questions.Count);
        zone.Questions.Clear();
        await Evaluating.MailFromAsync(zone, options: new SpfOptions { MaximumLookups = 2 });
        Assert.Equal(1 + (2 * 11), zone.Questions.Count);
    }

    [Theory]
    [InlineData("a:%{l}.%{l}.%{l}.%{l}.%{l}.example.com")]
    [InlineData("exists:%{h}%{h}.test")]
    [InlineData("exists:%{l}%{l}%{l}%{l}%{l}%{l}.test")]
    [InlineData("mx:%{s}%{s}%{s}%{s}.%{i}.test")]
    public async Task No_name_over_253_octets_is_asked_for(string term)
    {
        // The zone itself looks at each name.
        var zone = SpfZone.Of($"example.com TXT v=spf1 {term} all");
        foreach (var length in new[] { 1, 50, 63, 64, 255, 5000 })
            await Evaluating.MailFromAsync(zone, $"<{new string('a', length)}@example.com>", helo: new string('h', length));
        Assert.All(zone.Questions, static question => Assert.InRange(question.Length, 1, DomainName.MaximumLength + 5));
    }

    [Theory]
    [InlineData("exists:%{h}.test", "a b\u00e9")]
    [InlineData("exists:%{h}.test", "a\0b")]
    [InlineData("exists:%{h}.test", "a\r\nb")]
    [InlineData("exists:%{h}.x.test", "..")]
    [InlineData("exists:%{h}.test", "")]
    public async Task What_is_no_name_is_not_asked_for_and_does_not_match(string term, string helo)
    {
        var zone = SpfZone.Of($"example.com TXT v=spf1 {term} -all");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone, helo: helo)).Result.Word);
        Assert.Equal(["TXT example.com"], zone.Questions);
    }

    [Fact]
    public async Task The_time_of_the_whole_evaluation_is_limited_and_temperror_follows()
    {
        var time = new FakeTimeProvider();
        var zone = SpfZone.Of("example.com TXT v=spf1 a:slow.test all");
        zone.Gate = new TaskCompletionSource().Task;
        var evaluation = Evaluating.MailFromAsync(zone, time: time);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(evaluation.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("temperror", "the time limit was reached"), ((await evaluation).Result.Word, (await evaluation).Result.Reason));
    }

    [Fact]
    public async Task A_slow_explanation_does_not_change_the_result()
    {
        var time = new FakeTimeProvider();
        var zone = SpfZone.Of("example.com TXT v=spf1 -all exp=why.example.com");
        var gate = new TaskCompletionSource();
        zone.Gate = gate.Task;
        var evaluation = Evaluating.MailFromAsync(zone, time: time);
        zone.Gate = new TaskCompletionSource().Task;
        gate.SetResult();
        while (zone.Questions.Count < 2)
            await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(("fail", null), ((await evaluation).Result.Word, (await evaluation).Explanation));
    }

    [Fact]
    public async Task Cancellation_is_passed_on()
    {
        using var cancel = new CancellationTokenSource();
        var zone = SpfZone.Of("example.com TXT v=spf1 -all");
        zone.Gate = new TaskCompletionSource().Task;
        var request = SpfRequest.ForSender(System.Net.IPAddress.Parse("192.0.2.1"), null, "user", "example.com");
        var evaluation = new SpfEvaluator(new SpfOptions(), TimeProvider.System).EvaluateAsync(request, zone, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => evaluation.AsTask());
    }

    [Theory]
    [InlineData("v=spf1 +all", 32)]
    [InlineData("v=spf1 ip4:10.0.0.0/8 ip4:192.0.0.0/8 -all", 24)]
    [InlineData("v=spf1 a:pool.test/0 -all", 32)]
    [InlineData("v=spf1 include:shared.test -all", 12)]
    public async Task A_permissive_record_shows_how_wide_the_match_was(string record, int width)
    {
        var result = await Evaluating.RecordAsync(record, Evaluating.Client, "pool.test A 203.0.113.1", "shared.test TXT v=spf1 ip4:192.0.0.0/20 ~all");
        Assert.Equal(("pass", width), (result.Word, result.MatchWidth));
    }

    [Fact]
    public async Task A_record_near_a_good_one_is_a_result_and_never_an_exception()
    {
        var record = "v=spf1 +a:h.%{d2r-}/24//64 -ip4:10.0.0.0/8 ip6:::1/9 ?exists:%{L1r+}%-.x.y redirect=_.%{i}.z exp=%{p}.e"u8.ToArray();
        var zone = new SpfZone();
        var outcomes = new HashSet<SpfOutcome>();
        foreach (var text in Mutations.Of(record))
        {
            zone = SpfZone.Of("h.com.example A 192.0.2.1");
            zone.Add("example.com", "TXT", Encoding.Latin1.GetString(text));
            outcomes.Add((await Evaluating.MailFromAsync(zone, "<a+b@example.com>")).Result.Outcome);
        }
        Assert.Contains(SpfOutcome.PermError, outcomes);
        Assert.Contains(SpfOutcome.None, outcomes);
    }

    [Fact]
    public async Task An_explanation_near_a_good_one_is_a_text_or_none()
    {
        foreach (var text in Mutations.Of("100%% of %{S2r+-} from %{c}%_at%-%{t}"u8.ToArray()))
        {
            var zone = SpfZone.Of("example.com TXT v=spf1 -all exp=e.test").Add("e.test", "TXT", Encoding.Latin1.GetString(text));
            var evaluation = await Evaluating.MailFromAsync(zone, "<a+b@example.com>");
            Assert.Equal("fail", evaluation.Result.Word);
            Assert.True(evaluation.Explanation is null || !evaluation.Explanation.AsSpan().ContainsAnyExceptInRange(' ', '~'));
        }
    }

    [Fact]
    public async Task Records_of_any_size_end_in_bounded_work()
    {
        var huge = new StringBuilder("v=spf1");
        while (huge.Length < 8100)
            huge.Append(" ip4:10.0.0.0/8");
        Assert.Equal("fail", (await Evaluating.RecordAsync(huge + " -all")).Word);
        Assert.Equal("permerror", (await Evaluating.RecordAsync(huge + new string(' ', 100_000) + "-all")).Word);
        var macros = string.Concat(Enumerable.Repeat("%{s}%{l}%{h}", 600));
        var zone = SpfZone.Of($"example.com TXT v=spf1 exists:{macros}.test -all");
        await Evaluating.MailFromAsync(zone, $"<{new string('a', 60_000)}@example.com>", helo: new string('h', 60_000));
    }
}
