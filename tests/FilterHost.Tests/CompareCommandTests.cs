using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FilterHost.Tests;

public sealed class CompareCommandTests
{
    private const string Signed = "v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=a; t=1000; bh=AAAA; h=From:To:Subject; b=BBBB";
    private const string Pass = "mx.example.net; dkim=pass header.d=example.org header.s=s header.b=abcdefgh";

    [Fact]
    public async Task A_log_without_differences_is_exit_code_0()
    {
        var ended = (await CompareAsync(External(Pass, Dkim("pass")), Internal([Signed], [Signed.Replace("BBBB", "CC CC", StringComparison.Ordinal)]))).Expect(0);
        Assert.StartsWith("messages: 2, equal 2, different 0\nin front: mx.example.net, as most of the first messages say\ncompared: dkim, signatures, verdicts\n", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dkim=pass header.d=example.org header.s=s header.b=abcdefgh", "pass", null)]
    [InlineData("dkim=pass header.d=EXAMPLE.ORG header.s=s header.b=abcdefghijkl", "pass", null)]
    [InlineData("dkim=pass header.i=@example.org", "pass", null)]
    [InlineData("dkim=permerror", "permerror", null)]
    [InlineData("dkim=permerror header.d=example.org header.s=s header.a=rsa-sha1", "permerror", null)]
    [InlineData("dkim=none", "none", null)]
    [InlineData("spf=pass smtp.mailfrom=a@example.org", "none", null)]
    [InlineData("dkim=fail header.d=example.org header.s=s header.b=abcdefgh", "pass", "fail in front, pass here")]
    [InlineData("dkim=pass header.d=example.org header.s=s header.b=abcdefgh", "fail", "pass in front, fail here")]
    [InlineData("dkim=none", "pass", "- in front, pass here")]
    [InlineData("dkim=pass header.d=example.org", "none", "pass in front, - here")]
    public async Task Results_of_a_signature_are_compared_by_their_words_and_none_is_as_good_as_nothing(string theirs, string ours, string? difference)
    {
        // The second message shows that dkim is among the results of both.
        var ended = (await CompareAsync(External($"mx.example.net; {theirs}", Dkim(ours)), External(Pass, Dkim("pass")))).Expect(difference is null ? 0 : 65);
        Assert.Equal(difference is not null, ended.Output.Contains("\ndkim: ", StringComparison.Ordinal));
        Assert.Contains(difference is null ? "different 0" : $"\ndkim: {difference}: 1\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_signatures_find_their_counterparts_by_b_then_by_selector_and_domain()
    {
        const string theirs = "mx.example.net; dkim=permerror (bad); dkim=pass header.d=example.org header.s=s header.b=bbbbbbbb; dkim=fail header.d=example.org header.s=s header.b=aaaaaaaa; dkim=pass header.d=example.net";
        var ours = new[] { Dkim("fail", b: "aaaaaaaa1"), Dkim("pass", b: "bbbbbbbb1"), Dkim("temperror", d: "example.net"), Dkim("permerror", d: "x.example", s: "t") };
        using var json = (await CompareAsync(["--json", "--all"], External(theirs, ours))).Expect(65).ReadJson();
        var difference = Assert.Single(json.RootElement.GetProperty("differences").EnumerateArray());
        Assert.Equal(("dkim", "d=example.net a=rsa-sha256 s=s b=abcdefgh", "pass", "temperror"), Read(difference));
    }

    [Fact]
    public async Task Signatures_of_one_key_are_told_apart_by_b_even_where_their_results_are_exchanged()
    {
        const string theirs = "mx.example.net; dkim=pass header.d=example.org header.s=s header.b=bbbbbbbb; dkim=fail header.d=example.org header.s=s header.b=aaaaaaaa";
        var ended = (await CompareAsync(External(theirs, Dkim("pass", b: "aaaaaaaa1"), Dkim("fail", b: "bbbbbbbb1")))).Expect(65);
        Assert.Contains("\ndkim: pass in front, fail here: 1\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\ndkim: fail in front, pass here: 1\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_daemon_without_a_word_for_unsigned_mail_leaves_out_is_no_difference()
    {
        (await CompareAsync(External(Pass, Dkim("pass")), External(null, Dkim("none")))).Expect(0);
        (await CompareAsync(External(Pass, Dkim("pass")), External(null, Dkim("pass")))).Expect(65);
    }

    [Fact]
    public async Task Results_of_SPF_and_DMARC_are_compared_where_both_give_them()
    {
        const string theirs = "mx.example.net; spf=softfail smtp.helo=x.example; dmarc=fail (p=none dis=none) header.from=example.org; arc=pass";
        var ours = new[] { Result("spf", "pass", "smtp.mailfrom=example.org"), Result("spf", "softfail", "smtp.helo=x.example"), Result("dmarc", "pass", "header.from=example.org"), Result("iprev", "fail") };
        var ended = (await CompareAsync(External(theirs, [.. ours, Dkim("pass")]))).Expect(65);
        Assert.Contains("compared: spf, dmarc, signatures, verdicts; not: dkim (only here)\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\ndmarc: fail in front, pass here: 1\n", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\nspf: ", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_topmost_field_of_the_named_ids_counts_for_each_method_and_a_job_id_belongs_to_none()
    {
        const string below = "mx.example.net; dkim=fail header.d=example.org; spf=pass";
        var line = External(["elsewhere.example; dkim=fail", "mx.example.net/4ABC; dkim=pass header.d=example.org", below], [Dkim("pass"), Result("spf", "pass")]);
        (await CompareAsync(["--authserv-id", "mx.example.net"], line)).Expect(0);
        (await CompareAsync(["--authserv-id", "elsewhere.example"], line)).Expect(65);
        (await CompareAsync(["--authserv-id", "elsewhere.example", "--authserv-id", "mx.example.net"], line)).Expect(65);
        var jobs = new[] { "/1", "/2" }.Select(job => External(Pass.Replace(";", $"{job};", StringComparison.Ordinal), Dkim("pass"))).ToArray();
        Assert.Contains("in front: mx.example.net, as", (await CompareAsync(jobs)).Expect(0).Output, StringComparison.Ordinal);
        // What most messages have on top is taken where none is named.
        Assert.Contains("in front: mx.example.net, as", (await CompareAsync(line, External(Pass, Dkim("pass")), External(Pass + "; spf=pass", Dkim("pass"), Result("spf", "pass")))).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_claims_the_id_and_cannot_be_read_is_a_difference()
    {
        var ended = (await CompareAsync(External("mx.example.net; dkim=;=", Dkim("none")), External(Pass, Dkim("pass")))).Expect(65);
        Assert.Contains("\nfield: differs: 1\n  4ABCDE mx.example.net; dkim=;=; unreadable in front", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t=1000", "t=1010")]
    [InlineData("h=From:To:Subject", "h=subject: from : To")]
    [InlineData("bh=AAAA", "bh=AA AA")]
    [InlineData("d=example.com", "d=example.com; i=@example.com; q=dns/txt")]
    [InlineData("d=example.com", "d=Example.com")]
    [InlineData("b=BBBB", "b=CCCC")]
    [InlineData("bh=AAAA", "bh=AAAC", "bh=", "AAAA", "AAAC")]
    [InlineData("c=relaxed/simple", "c=relaxed/relaxed", "c=", "relaxed/simple", "relaxed/relaxed")]
    [InlineData("c=relaxed/simple", "c=relaxed", null, null, null)]
    [InlineData("h=From:To:Subject", "h=From:From:To:Date", "h=", "subject", "date:from")]
    [InlineData("t=1000", "t=1000; x=4600", "x=", "-", "3600 s after signing")]
    [InlineData("d=example.com", "d=example.com; i=a@example.com", "i=", "@example.com", "a@example.com")]
    [InlineData("bh=AAAA", "bh=AAAA; l=10", "l=", "-", "10")]
    [InlineData("s=a", "s=b", "s=", "a", "b")]
    [InlineData("a=rsa-sha256", "a=ed25519-sha256", "a=", "rsa-sha256", "ed25519-sha256")]
    [InlineData("d=example.com", "d=sub.example.com", "", "-", "signed")]
    public async Task Signatures_are_compared_tag_by_tag_but_for_b_and_the_time(string tag, string ours, string? name = null, string? theirValue = null, string? ourValue = null)
    {
        using var json = (await CompareAsync(["--json", "--all"], Internal([Signed], [Signed.Replace(tag, ours, StringComparison.Ordinal)]))).Expect(name is null ? 0 : 65).ReadJson();
        var differences = json.RootElement.GetProperty("differences").EnumerateArray().Select(Read).Select(difference => (difference.Kind, difference.Theirs, difference.Ours)).ToArray();
        (string?, string?, string?)[] expected = name switch
        {
            null => [],
            "" => [("signature", "signed", "-"), ("signature", "-", "signed")],
            _ => [($"signature {name}", theirValue!, ourValue!)],
        };
        Assert.Equal(expected, differences);
    }

    [Fact]
    public async Task Signatures_that_only_one_of_the_two_made_are_differences()
    {
        var ed = Signed.Replace("rsa-sha256", "ed25519-sha256", StringComparison.Ordinal).Replace("s=a", "s=ed", StringComparison.Ordinal);
        var ended = (await CompareAsync(Internal([Signed], [Signed, ed]), Internal([Signed, ed], [Signed]), Internal([Signed], []))).Expect(65);
        Assert.Contains("\nsignature: - in front, signed here: 1\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\nsignature: signed in front, - here: 2\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_mail_of_ours_came_with_is_not_of_the_daemon_in_front()
    {
        var old = Signed.Replace("t=1000", "t=10", StringComparison.Ordinal);
        var foreign = Signed.Replace("d=example.com", "d=example.org", StringComparison.Ordinal);
        // Ours is of another time; the domain is neither the sender's nor one that we sign for; mail from outside.
        (await CompareAsync(Internal([Signed, old], [Signed]))).Expect(0);
        (await CompareAsync(Internal([Signed, foreign], [Signed]))).Expect(0);
        (await CompareAsync(Internal([foreign], []))).Expect(0);
        (await CompareAsync(External(null, Dkim("none"), [Signed]))).Expect(0);
        (await CompareAsync(Internal([foreign], [], from: "<a@sub.example.org>"))).Expect(65);
        (await CompareAsync(Internal([foreign], [foreign]), Internal([foreign], []))).Expect(65);
    }

    [Theory]
    [InlineData("reject", "550 5.7.20 no [dkim]")]
    [InlineData("tempfail", "451 4.7.5 later [dkim]")]
    [InlineData("discard", null)]
    [InlineData("quarantine", null)]
    public async Task What_FilterHost_would_not_have_let_pass_is_a_difference_with_its_reply(string verdict, string? reply)
    {
        var ended = (await CompareAsync(Line("external", verdict: verdict, reply: reply))).Expect(65);
        Assert.Contains($"\nverdict: accept in front, {verdict} here: 1\n  4ABCDE{(reply is null ? "" : $" here: {reply}")}\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_we_would_refuse_is_not_said_to_be_unsigned()
    {
        var ended = (await CompareAsync(["--json"], Internal([Signed], [], verdict: "tempfail"))).Expect(65);
        using var json = ended.ReadJson();
        Assert.Equal("verdict", Assert.Single(json.RootElement.GetProperty("groups").EnumerateArray()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Recipients_and_clients_that_would_have_been_refused_are_differences_and_peers_are_counted()
    {
        var refused = JsonNode.Parse(Line("external"))!;
        refused["refused_recipients"] = new JsonArray(new JsonObject { ["recipient"] = "b@example.net", ["reply"] = "550 5.1.1 no [f]" });
        const string client = "{\"v\":1,\"queue_id\":null,\"listener\":\"s\",\"verdict\":\"reject\",\"reply\":\"554 5.7.1 no [f]\",\"client\":\"x [192.0.2.1]\"}";
        var ended = (await CompareAsync(refused.ToJsonString(), client, client.Replace("reject", "accept", StringComparison.Ordinal).Replace("\"554 5.7.1 no [f]\"", "null", StringComparison.Ordinal))).Expect(65);
        Assert.Contains("messages: 2, equal 0, different 2\nnot compared: 1 clients in peers\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\nrecipient: accept in front, refused here: 1\n  4ABCDE b@example.net; here: 550 5.1.1 no [f]\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\nverdict: accept in front, reject here: 1\n  - x [192.0.2.1]; here: 554 5.7.1 no [f]\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_we_take_for_our_own_and_they_judged_is_a_difference()
    {
        var line = Line("internal", results: [], fields: [Pass]);
        Assert.Contains("\norigin: judged in front, internal here: 1\n", (await CompareAsync(line)).Expect(65).Output, StringComparison.Ordinal);
        // OpenDKIM says as much of mail that it neither signs nor finds signed.
        (await CompareAsync(Line("internal", fields: ["mx.example.net; dkim=none; dkim-atps=neutral"]))).Expect(0);
    }

    [Fact]
    public async Task Aborted_reentered_and_cut_messages_are_counted_and_not_compared()
    {
        var cut = Pass + new string('x', 4000);
        var ended = (await CompareAsync(
            Line("external", verdict: "aborted", results: [Dkim("fail")], fields: [Pass]), Line("reentered", results: [Dkim("fail")], fields: [Pass]),
            External(cut, Dkim("fail")), External(Pass, Dkim("pass")))).Expect(0);
        Assert.StartsWith("messages: 4, equal 1, different 0\nnot compared: 1 given up by the MTA, 1 came back and are not judged again, 1 with values too long for the log\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_stands_before_the_queue_id_is_passed_over_and_so_are_other_lines()
    {
        var different = External(Pass, Dkim("fail"));
        var log = $"""
            Nov 24 10:00:00 mx filterhost[12]: 4ABCDE: observed {different}
            2026-11-24T10:00:00.000000+00:00 mx filterhost[12]: info: 4ABCDE: observed {different}
            <22>Nov 24 10:00:00 filterhost: 4ABCDE: observed {different}
            -- Boot 1234 --
            Nov 24 10:00:00 mx filterhost[12]: 4ABCDE: accepted

            4ABCDE: observed {different}
            """;
        using var place = new Workplace();
        Assert.StartsWith("messages: 4, equal 0, different 4\n", (await place.RunOnAsync(log.ReplaceLineEndings("\r\n"), "compare")).Expect(65).Output, StringComparison.Ordinal);
        Assert.StartsWith("messages: 4, equal 0, different 4\n", (await place.RunOnAsync(log, "compare", "-")).Expect(65).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_lines_are_counted_with_their_places_and_the_others_are_read()
    {
        var good = External(Pass, Dkim("pass"));
        var bad = new[] { good[..(good.Length / 2)], good.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal), "{}", "{\"v\":1}", good.Replace("[\"mx", "[1,\"mx", StringComparison.Ordinal), "{\"v\":1,\"verdict\":\"\\ud800\"}", $"{{{new string(' ', 17 * 1024 * 1024)}}}" };
        using var place = new Workplace();
        var log = place.Write("log", string.Concat(bad.Prepend(good).Append(good).Select(json => $"4ABCDE: observed {json}\n")));
        var ended = (await place.RunBareAsync("compare", log)).Expect(0);
        Assert.StartsWith("messages: 2, equal 2, different 0\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"lines that could not be read: 7\n  {log}:2: broken\n  {log}:3: another form\n  {log}:4: another form\n  {log}:5: broken\n  {log}:6: broken\n  {log}:7: broken\n  {log}:8: too long\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_files_are_one_log_and_gz_is_unpacked()
    {
        using var place = new Workplace();
        var one = place.Write("one", $"4A: observed {External(Pass, Dkim("pass"))}");
        var two = Path.Combine(place.Folder, "two.gz");
        await using (var file = new GZipStream(File.Create(two), CompressionLevel.Fastest))
            await file.WriteAsync(Encoding.UTF8.GetBytes($"4B: observed {External(Pass, Dkim("pass"))}\n"), TestContext.Current.CancellationToken);
        Assert.StartsWith("messages: 2, equal 2,", (await place.RunBareAsync("compare", one, two)).Expect(0).Output, StringComparison.Ordinal);
        (await place.RunBareAsync("compare", one, "missing")).Expect(66).HasProblem("missing");
        (await place.RunBareAsync("compare", place.Write("three.gz", "no gzip"), one)).Expect(66).HasProblem("three.gz");
        (await place.RunOnAsync("nothing\n", "compare")).Expect(66).HasProblem("no line of a listener that observes");
    }

    [Fact]
    public async Task A_sort_has_five_examples_and_all_are_listed_on_demand_with_the_known_reason()
    {
        var lines = Enumerable.Range(0, 20).Select(i => External(Pass, Dkim("permerror", reason: "rsa-sha1 is obsolete")).Replace("4ABCDE", $"ID{i}", StringComparison.Ordinal)).ToArray();
        var ended = (await CompareAsync(lines)).Expect(65);
        Assert.Contains("\ndkim: pass in front, permerror here: 20\n  RFC 8301", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\n  ID4 d=example.org a=rsa-sha256 s=s b=abcdefgh; here: rsa-sha1 is obsolete\n  15 more; --all lists them\n", ended.Output, StringComparison.Ordinal);
        ended = (await CompareAsync(["--all"], lines)).Expect(65);
        Assert.Contains("ID19 dkim: pass in front, permerror here; d=example.org a=rsa-sha256 s=s b=abcdefgh; here: rsa-sha1 is obsolete\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Controls_in_values_do_not_reach_the_terminal()
    {
        var ended = (await CompareAsync(External(Pass, Dkim("fail", reason: "a\u001b[2Jb\nc")))).Expect(65);
        Assert.Contains("here: a?[2Jb?c\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_has_the_counts_and_the_groups()
    {
        using var json = (await CompareAsync(["--json"], External(Pass, Dkim("fail")), External(Pass, Dkim("pass")))).Expect(65).ReadJson();
        var root = json.RootElement;
        Assert.Equal((2, 1, 1, 0), (root.GetProperty("messages").GetInt32(), root.GetProperty("equal").GetInt32(), root.GetProperty("different").GetInt32(), root.GetProperty("unreadable").GetInt32()));
        var group = Assert.Single(root.GetProperty("groups").EnumerateArray());
        Assert.Equal(("dkim", 1), (group.GetProperty("kind").GetString(), group.GetProperty("count").GetInt32()));
        Assert.Equal("4ABCDE", Assert.Single(group.GetProperty("examples").EnumerateArray()).GetProperty("queue_id").GetString());
        Assert.False(root.TryGetProperty("differences", out _));
    }

    [Theory]
    [InlineData("pass", "permerror", "rsa-sha1 is obsolete", "RFC 8301 section 3.1")]
    [InlineData("policy", "permerror", "key of 768 bits is too short", "RFC 8301 section 3.2")]
    [InlineData("fail", "permerror", "key is revoked", "RFC 6376 section 6.1:")]
    [InlineData("temperror", "permerror", "no key in DNS", "RFC 6376 section 6.1.2")]
    [InlineData("pass", "policy", "l= leaves part of the body unsigned", "body_length_policy")]
    [InlineData("pass", "policy", "key of 1024 bits is too short here", "minimum_key_bits")]
    [InlineData("neutral", "none", null, "MaximumSignaturesToVerify")]
    [InlineData("none", "permerror", null, "OpenDKIM passes over")]
    [InlineData("none", "pass", null, "its own users")]
    [InlineData("fail", "pass", null, null)]
    [InlineData("pass", "fail", "body hash did not verify", null)]
    public async Task The_reason_is_given_where_it_is_known(string theirs, string ours, string? reason, string? explanation)
    {
        var line = External($"mx.example.net; dkim={theirs}{(theirs == "none" ? "" : " header.d=example.org")}", Dkim(ours, reason: reason));
        using var json = (await CompareAsync(["--json", "--all"], line)).Expect(65).ReadJson();
        foreach (var given in new[] { json.RootElement.GetProperty("differences")[0], json.RootElement.GetProperty("groups")[0] })
            Assert.True(explanation is null ? given.GetProperty("explanation").GetString() is null : given.GetProperty("explanation").GetString()?.Contains(explanation, StringComparison.Ordinal), given.ToString());
    }

    [Fact]
    public async Task A_hundred_thousand_lines_are_read_in_a_heap_that_holds_a_few_thousand()
    {
        using var place = new Workplace();
        var log = Path.Combine(place.Folder, "log");
        // A word of its own in each: sorts are bounded too.
        await using (var writer = new StreamWriter(log))
        {
            var (head, tail) = External(Pass, Dkim("pass!")).Split("pass!") is [var one, var other] ? (one, other) : throw new InvalidOperationException();
            for (var i = 0; i < 100_000; i++)
                await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"4A{i}: observed {head}word{(i < 2000 ? i : 0)}{tail}"));
        }
        place.Environment["DOTNET_GCHeapHardLimit"] = "0x2800000";
        var ended = (await place.RunBareAsync("compare", "--all", log)).Expect(65);
        Assert.Contains("\nmessages: 100000, equal 0, different 100000\n", ended.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n1000 further differences, each of a sort of its own; --all lists them\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal(100_000, ended.Output.Split('\n').Count(line => line.Contains(" dkim: pass in front, word", StringComparison.Ordinal)));
    }

    private static Task<Ended> CompareAsync(params string[] lines) => CompareAsync([], lines);

    private static async Task<Ended> CompareAsync(string[] options, params string[] lines)
    {
        using var place = new Workplace();
        return await place.RunOnAsync(string.Concat(lines.Select(line => $"4ABCDE: observed {line}\n")), ["compare", .. options]);
    }

    private static (string? Kind, string? Subject, string? Theirs, string? Ours) Read(JsonElement difference) =>
        (difference.GetProperty("kind").GetString(), difference.GetProperty("subject").GetString(), difference.GetProperty("theirs").GetString(), difference.GetProperty("ours").GetString());

    private static JsonObject Dkim(string word, string d = "example.org", string s = "s", string b = "abcdefgh", string? reason = null) =>
        word is "none" ? Result("dkim", word) : Result("dkim", word, reason, [$"header.d={d}", "header.a=rsa-sha256", $"header.s={s}", $"header.b={b}"]);

    private static JsonObject Result(string method, string word, params string[] properties) => Result(method, word, null, properties);

    private static JsonObject Result(string method, string word, string? reason, string[] properties) =>
        new() { ["method"] = method, ["result"] = word, ["properties"] = Texts(properties), ["reason"] = reason };

    private static string External(string? field, params JsonObject[] results) => External(field is null ? [] : [field], results);

    private static string External(string? field, JsonObject result, string[] signatures) => Line("external", results: [result], fields: field is null ? [] : [field], signatures: signatures);

    private static string External(string[] fields, JsonObject[] results) => Line("external", results: results, fields: fields);

    private static string Internal(string[] theirs, string[] ours, string from = "<a@example.com>", string verdict = "accept") => Line("internal", verdict, from: from, signatures: theirs, made: ours);

    private static string Line(
        string origin, string verdict = "accept", string? reply = null, string from = "<a@example.com>", JsonObject[]? results = null, string[]? fields = null, string[]? signatures = null, string[]? made = null) => new JsonObject
        {
            ["v"] = 1,
            ["queue_id"] = "4ABCDE",
            ["listener"] = "unix:s",
            ["verdict"] = verdict,
            ["reply"] = reply,
            ["client"] = "x [192.0.2.1]",
            ["origin"] = origin,
            ["from"] = from,
            ["recipients"] = new JsonArray("b@example.net"),
            ["refused_recipients"] = new JsonArray(),
            ["edits"] = new JsonArray([.. (made ?? []).Select(value => new JsonObject { ["filter"] = "sign", ["edit"] = "insert_field", ["name"] = "DKIM-Signature", ["value"] = value })]),
            ["results"] = new JsonArray([.. (results ?? []).Select(result => result.DeepClone())]),
            ["authentication_results"] = Texts(fields ?? []),
            ["dkim_signatures"] = Texts(signatures ?? []),
            ["ms"] = 3,
        }.ToJsonString();

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
