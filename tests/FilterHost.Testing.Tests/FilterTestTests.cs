using System.Text;
using FilterHost.Dns;
using FilterHost.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing.Tests;

/// <summary>What the kit promises to filter authors.</summary>
public sealed class FilterTestTests
{
    [Fact]
    public async Task The_header_of_the_hello_filter_arrives_below_the_others()
    {
        var run = await FilterTest.For<HelloPlugin>("""greeting = "Hi" """).RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Null(run.Reply);
        Assert.Equal("Hi", run.Header("X-Hello"));
        Assert.EndsWith("Message-ID: <1@example.com>\r\nX-Hello: Hi\r\n\r\nHello Bob,\r\nhow are you?\r\n", run.MessageText, StringComparison.Ordinal);
        var edit = Assert.IsType<Edit.AppendField>(Assert.Single(run.Edits));
        Assert.Equal("hello", edit.Filter);
    }

    [Fact]
    public async Task Settings_may_be_a_record() =>
        Assert.Equal("Hey", (await FilterTest.For(new HelloPlugin(), new HelloSettings { Greeting = "Hey" }).RunAsync()).Header("X-Hello"));

    [Theory]
    [InlineData("greting = \"Hi\"", "settings:1:1: greting: unknown key; did you mean 'greeting'?")]
    [InlineData("\n greeting = 1", "settings:2:13: greeting: expected a string, found a whole number")]
    [InlineData("greeting = Hi", "settings:1:12: this is not a value; strings stand in quotes")]
    public async Task Wrong_settings_are_refused_in_the_hosts_own_words(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<HelloPlugin>(settings).RunAsync());
        Assert.Equal(problem, refusal.Message);
    }

    [Theory]
    [InlineData("least = 11", "settings:1:9: least: expected a whole number from 0 to 10, found 11")]
    [InlineData("\nleast = 5\nmost = 4", "settings:2:1: least: is above most")]
    [InlineData("wrong = \"no such file\"", "settings:1:1: wrong: no such file")]
    [InlineData("on_error = \"ignore\"", "settings:1:12: on_error: ")]
    public async Task What_the_plugin_refuses_stops_the_test_too(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<LimitedPlugin>(settings).RunAsync());
        Assert.StartsWith(problem, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_check_finds_beside_errors_is_logged()
    {
        var run = await FilterTest.For<LimitedPlugin>("odd = \"old file\"").RunAsync();
        Assert.Equal("settings:1:1: odd: warning: old file", Assert.Single(run.Log, line => line.Level is LogLevel.Warning).Text);
    }

    [Fact]
    public void A_message_without_recipient_is_no_message() =>
        Assert.Throws<ArgumentException>(() => FilterTest.For<HelloPlugin>().To());

    [Theory]
    [InlineData("", VerdictKind.TempFail, "451 4.3.0 filter limited failed, try again later")]
    [InlineData("on_error = \"reject\"", VerdictKind.Reject, "550 5.3.0 filter limited failed")]
    public async Task A_filter_that_throws_gives_its_on_error_reply(string settings, VerdictKind verdict, string reply)
    {
        var run = await FilterTest.For<LimitedPlugin>($"throw = true\n{settings}").RunAsync();
        Assert.Equal(verdict, run.Verdict);
        Assert.Equal(reply, run.Reply!.ToString());
        Assert.True(run.Message.IsEmpty);
        Assert.Null(run.Header("Subject"));
        var line = Assert.Single(run.Log, line => line.Level is LogLevel.Error);
        Assert.Contains("4ABCDE1234: filter limited threw at EndOfHeaders", line.Text, StringComparison.Ordinal);
        Assert.Equal("a bug", line.Exception!.Message);
    }

    [Fact]
    public async Task A_filter_that_throws_and_is_skipped_gives_temperror()
    {
        var run = await FilterTest.For<LimitedPlugin>("throw = true\non_error = \"skip\"").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal("temperror", Assert.Single(run.Results).Word);
        Assert.StartsWith("mx.example.net; x-limited=temperror", run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_that_is_kept_is_poison_at_the_next_call()
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        var copied = new StringBuilder();
        var afterwards = new List<string>();
        await Scripted(new ScriptedPlugin.Script
        {
            Chunk = (_, chunk) =>
            {
                afterwards.AddRange(kept.Select(Text));
                kept.Add(chunk);
                copied.Append(Text(chunk));
                return Verdict.Continue;
            },
        }).WithMessage("From: a@example.com\n\nabcdef").InChunksOf(3).RunAsync();
        Assert.Equal("abcdef", copied.ToString());
        Assert.Equal("\uFFFD\uFFFD\uFFFD", Assert.Single(afterwards));
    }

    [Fact]
    public async Task A_chunk_that_is_kept_behind_an_editor_of_the_body_is_poison_too()
    {
        ReadOnlyMemory<byte> kept = default;
        var atEnd = "";
        await Scripted(new ScriptedPlugin.Script
        {
            Chunk = (_, chunk) =>
            {
                Assert.Equal("new\r\n", Text(chunk));
                kept = chunk;
                return Verdict.Continue;
            },
            End = (_, _) =>
            {
                atEnd = Text(kept);
                return Verdict.Continue;
            },
        }).WithPlugin<BodyEditorPlugin>().RunAsync();
        Assert.Equal(new string('\uFFFD', 5), atEnd);
    }

    [Fact]
    public async Task A_field_that_is_kept_is_poison_after_the_message()
    {
        var runs = await FilterTest.For<ConnectionPlugin>().WithMessage("Subject: one\n\n").Next().RunAllAsync();
        Assert.Empty(runs[0].Notes);
        var note = Assert.Single(runs[1].Notes);
        Assert.Equal("connection", note.Filter);
        Assert.Matches("^kept: \uFFFD+$", note.Text);
    }

    [Fact]
    public async Task What_a_run_shows_is_not_poisoned()
    {
        var run = await Scripted(new ScriptedPlugin.Script
        {
            Headers = message =>
            {
                message.Edits.Remove(message.Header.First("Subject")!);
                return Verdict.Continue;
            },
        }).RunAsync();
        Assert.Equal("Greetings", Assert.IsType<Edit.RemoveField>(Assert.Single(run.Edits)).Field.Text);
        Assert.Null(run.Header("Subject"));
        Assert.Equal("Bob <bob@example.net>", run.Header("to"));
    }

    [Fact]
    public async Task A_refused_recipient_is_named_and_the_others_get_the_message()
    {
        var accepted = new List<string>();
        var run = await Scripted(new ScriptedPlugin.Script
        {
            Recipient = (_, recipient) => recipient.Address.LocalPart == "b" ? Verdict.Reject("no b here") : Verdict.Continue,
            End = (message, _) =>
            {
                accepted.AddRange(message.Envelope.Recipients.Select(recipient => recipient.Address.ToString()));
                return Verdict.Continue;
            },
        }).To("a@example.net", "<c@example.net>", "b@example.net").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal(["<a@example.net>", "<c@example.net>"], accepted);
        var refused = Assert.Single(run.RefusedRecipients);
        Assert.Equal("<b@example.net>", refused.Path);
        Assert.Equal("550 5.7.1 no b here [scripted]", refused.Reply.ToString());
    }

    [Fact]
    public async Task A_message_whose_every_recipient_is_refused_has_the_last_reply()
    {
        var run = await Scripted(new ScriptedPlugin.Script { Recipient = (_, _) => Verdict.TempFail("later") }).RunAsync();
        Assert.Equal(VerdictKind.TempFail, run.Verdict);
        Assert.Equal("451 4.7.1 later [scripted]", run.Reply!.ToString());
        Assert.True(run.Message.IsEmpty);
    }

    [Fact]
    public async Task Messages_in_a_row_share_the_connection_and_nothing_else()
    {
        var runs = await FilterTest.For<ConnectionPlugin>().WithMessage("Subject: one\n\n").Authenticated("u").Next().WithMessage("Subject: two\n\n").RunAllAsync();
        Assert.Equal(["1", "2"], runs.Select(run => run.Header("X-Count")));
        Assert.Equal(["1", "1"], runs.Select(run => run.Header("X-Connects")));
        Assert.Equal(["one", "two"], runs.Select(run => run.Header("Subject")));
        Assert.Equal(2, runs.Sum(run => run.Log.Count(line => line.Text.Contains(": passed, ", StringComparison.Ordinal))));
        Assert.All(runs, run => Assert.Contains(run.Log, line => line.Text.Contains(": passed, ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Login_and_macros_of_one_message_are_forgotten_for_the_next()
    {
        var seen = new List<string?>();
        var script = new ScriptedPlugin.Script
        {
            End = (message, _) =>
            {
                seen.Add($"{message.AuthenticatedUser} {message.QueueId}");
                return Verdict.Continue;
            },
        };
        var plain = Scripted(script).Macro("i", "Q1");
        await plain.Next().Authenticated("joe").Macro("i", "Q2").RunAllAsync();
        await plain.Authenticated("joe").RunAsync();
        Assert.Equal([" Q1", "joe Q2", "joe Q1"], seen);
    }

    [Fact]
    public async Task A_refused_message_ends_before_the_next_begins()
    {
        var heard = new List<string>();
        var runs = await Scripted(new ScriptedPlugin.Script
        {
            Mail = transaction =>
            {
                heard.Add("mail");
                transaction.Note("from");
                return transaction.AuthenticatedUser is null ? Verdict.Continue : Verdict.Reject("no");
            },
            Ended = outcome => heard.Add($"{outcome}"),
        }).Authenticated("joe").Next().Macro("{auth_authen}", "").Macro("{auth_type}", "").RunAllAsync();
        Assert.Equal(["mail", "Rejected", "mail", "Passed"], heard);
        Assert.Equal([VerdictKind.Reject, VerdictKind.Continue], runs.Select(run => run.Verdict));
        Assert.All(runs, run => Assert.Equal("from", Assert.Single(run.Notes).Text));
        Assert.Contains(runs[0].Log, line => line.Text.Contains("rejected (550 5.7.1 no [scripted])", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_messages_are_not_run_as_one() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => FilterTest.For<HelloPlugin>().Next().RunAsync());

    [Fact]
    public async Task A_connection_that_is_refused_gives_each_message_that_reply()
    {
        var runs = await FilterTest.For<ConnectionPlugin>("refuse = \"bad.example\"").Client("192.0.2.9", "bad.example").Next().RunAllAsync();
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run => Assert.Equal("550 5.7.1 not you [connection]", run.Reply!.ToString()));
    }

    [Fact]
    public async Task The_filter_sees_the_client_and_the_envelope_as_the_test_describes_them()
    {
        var seen = "";
        await Scripted(new ScriptedPlugin.Script
        {
            Mail = transaction =>
            {
                // Postfix has no queue id yet.
                Assert.Null(transaction.QueueId);
                return Verdict.Continue;
            },
            End = (message, _) =>
            {
                var connection = message.Connection;
                seen = $"{connection.ClientName} {connection.ClientAddress} {connection.IsInternal} {connection.Helo} {message.Envelope.ReversePath} {message.Envelope.IsInternationalized} {message.Macros["daemon_name"]} {connection.MtaName}";
                return Verdict.Continue;
            },
        }).Client("2001:db8::1", "c.example").Helo("h.example").From("é@example.com", "SMTPUTF8").Macro("daemon_name", "smtps").Internal("2001:db8::/32").RunAsync();
        Assert.Equal("c.example 2001:db8::1 True h.example <é@example.com> True smtps mx.example.net", seen);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    public async Task Loopback_alone_is_internal_by_default(string? address, bool isInternal)
    {
        var seen = !isInternal;
        await Scripted(new ScriptedPlugin.Script
        {
            Mail = transaction =>
            {
                seen = transaction.Connection.IsInternal;
                return Verdict.Continue;
            },
        }).Client(address).RunAsync();
        Assert.Equal(isInternal, seen);
    }

    [Fact]
    public async Task DNS_is_the_zone_and_its_failures()
    {
        var seen = new List<DnsOutcome>();
        var run = await Scripted(new ScriptedPlugin.Script
        {
            UsesDns = true,
            End = async (message, services) =>
            {
                var resolver = services.GetRequiredService<IDnsResolver>();
                foreach (var name in new[] { "a.example", "b.example", "c.example", "d.example", "a.example" })
                    seen.Add((await resolver.ResolveAsync(DomainName.Parse(name), DnsRecordType.Txt, message.CancellationToken)).Outcome);
                return Verdict.Continue;
            },
        })
            .WithZone("$ORIGIN example.\na TXT \"x\"").WithZone("b.example TXT \"x\"").WithZone("c.example FAIL SERVFAIL")
            .WithDnsFailure("b.example", DnsOutcome.Timeout).RunAsync();
        Assert.Equal([DnsOutcome.Records, DnsOutcome.Timeout, DnsOutcome.ServerFailure, DnsOutcome.NxDomain, DnsOutcome.Records], seen);
        // The message remembers its answers, so the resolver was asked once.
        Assert.Equal(["a.example", "b.example", "c.example", "d.example"], run.DnsQuestions.Select(name => name.ToString()));
    }

    [Fact]
    public async Task A_resolver_that_is_given_takes_the_place_of_the_zone()
    {
        DnsAnswer? seen = null;
        await Scripted(new ScriptedPlugin.Script
        {
            UsesDns = true,
            End = async (message, services) =>
            {
                seen = await services.GetRequiredService<IDnsResolver>().ResolveAsync(DomainName.Parse("a.example"), DnsRecordType.Txt, message.CancellationToken);
                return Verdict.Continue;
            },
        }).WithZone("a.example. TXT \"x\"").WithService<IDnsResolver>(new BogusResolver()).RunAsync();
        Assert.Equal((DnsOutcome.ServerFailure, DnsSecurity.Bogus), (seen!.Outcome, seen.Security));
    }

    [Fact]
    public async Task A_zone_that_cannot_be_read_is_refused_with_its_line()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<HelloPlugin>().WithZone("a.example. A nowhere").RunAsync());
        Assert.Matches("^zone: line [0-9]+: ", refusal.Message);
    }

    [Fact]
    public async Task A_service_that_is_missing_is_named()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Scripted(new ScriptedPlugin.Script { UsesKeys = true }).RunAsync());
        Assert.Contains("ISigningKeyStore", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_throws_reaches_the_filter_as_the_hosts_own_exception()
    {
        Exception? caught = null;
        await Scripted(new ScriptedPlugin.Script
        {
            UsesKeys = true,
            End = async (message, services) =>
            {
                var query = new SigningQuery { AuthorDomain = DomainName.Parse("example.com"), AuthorLocalPart = "a" };
                caught = await Record.ExceptionAsync(() => services.GetRequiredService<ISigningKeyStore>().FindKeysAsync(query, message.CancellationToken).AsTask());
                return Verdict.Continue;
            },
        }).WithService<ISigningKeyStore>(new ThrowingStore()).RunAsync();
        Assert.Contains("no vault", Assert.IsType<ServiceFaultException>(caught).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_and_edits_of_earlier_filters_are_seen_by_the_filter()
    {
        var seen = "";
        var run = await Scripted(new ScriptedPlugin.Script
        {
            End = (message, _) =>
            {
                seen = $"{message.Results[0].Method}={message.Results[0].Word} {message.Header.First("X-Hello")!.Text}";
                message.Publish(new GenericResult("x-test", "pass"));
                return Verdict.Continue;
            },
        }).WithPlugin<HelloPlugin>().WithResultsBefore(new GenericResult("spf", "softfail")).RunAsync();
        Assert.Equal("spf=softfail Hello", seen);
        Assert.Equal(["spf", "x-test"], run.Results.Select(result => result.Method));
        Assert.StartsWith("mx.example.net;", run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_the_host_refuses_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(
            () => Scripted(new ScriptedPlugin.Script { Traits = new FilterTraits { Needs = ["dmarc"] } }).RunAsync());
        Assert.Contains("scripted needs the results of dmarc", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantine_notes_and_lines_of_the_filter_are_shown()
    {
        var run = await Scripted(new ScriptedPlugin.Script
        {
            End = (message, _) =>
            {
                message.Edits.Quarantine("odd");
                message.Edits.Quarantine("very odd");
                message.Note("held it");
                return Verdict.Continue;
            },
        }).RunAsync();
        Assert.Equal("odd; very odd", run.QuarantineReason);
        Assert.Equal(new FilterNote("scripted", "held it"), Assert.Single(run.Notes));
        Assert.Contains(run.Log, line => line is { Level: LogLevel.Information, Text: "4ABCDE1234: a line of the filter's own" });
    }

    [Theory]
    [InlineData(VerdictKind.Discard, TransactionOutcome.Discarded)]
    [InlineData(VerdictKind.Reject, TransactionOutcome.Rejected)]
    [InlineData(VerdictKind.TempFail, TransactionOutcome.TempFailed)]
    [InlineData(VerdictKind.Accept, TransactionOutcome.Passed)]
    public async Task The_verdict_and_the_outcome_that_the_filter_hears_agree(VerdictKind kind, TransactionOutcome outcome)
    {
        var heard = new List<TransactionOutcome>();
        var verdict = kind switch
        {
            VerdictKind.Discard => Verdict.Discard,
            VerdictKind.Reject => Verdict.Reject("no"),
            VerdictKind.TempFail => Verdict.TempFail("no"),
            _ => Verdict.Accept,
        };
        var run = await Scripted(new ScriptedPlugin.Script { Traits = new FilterTraits(), Headers = _ => verdict, Ended = heard.Add }).RunAsync();
        Assert.Equal(kind, run.Verdict);
        Assert.Equal(outcome, run.Outcome);
        Assert.Equal([outcome], heard);
    }

    [Fact]
    public async Task A_message_that_is_accepted_early_is_delivered_as_it_came()
    {
        var run = await Scripted(new ScriptedPlugin.Script { Traits = new FilterTraits(), Headers = _ => Verdict.Accept }).WithMessage("Subject: s\n\nbody\n").RunAsync();
        Assert.Equal("Subject: s\r\n\r\nbody\r\n", run.MessageText);
    }

    [Theory]
    [InlineData("Subject: a\n b\n\nc\n")]
    [InlineData("Subject: a\r\n b\r\n\r\nc\r\n")]
    public async Task Lines_end_with_CRLF_and_a_folded_field_is_one_field(string message)
    {
        var run = await FilterTest.For<HelloPlugin>().WithMessage(message).RunAsync();
        Assert.Equal("Subject: a\r\n b\r\nX-Hello: Hello\r\n\r\nc\r\n", run.MessageText);
        Assert.Equal((2, "a b"), (run.Fields.Count, run.Header("Subject")));
    }

    [Fact]
    public async Task Octets_and_files_are_messages_too()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "Subject: file\n\nx\n", TestContext.Current.CancellationToken);
        Assert.Equal("Subject: file\r\nX-Hello: Hello\r\n\r\nx\r\n", (await FilterTest.For<HelloPlugin>().WithMessageFile(path).RunAsync()).MessageText);
        File.Delete(path);
        byte[] octets = [.. "Subject: "u8, 0xFF, .. "\r\n\r\n"u8, 0x00, (byte)'\r', 0xFE];
        var run = await FilterTest.For<HelloPlugin>().WithMessage(octets).RunAsync();
        Assert.Equal([.. "Subject: "u8, 0xFF, .. "\r\nX-Hello: Hello\r\n\r\n"u8, 0x00, (byte)'\r', 0xFE], run.Message.ToArray());
    }

    [Fact]
    public async Task The_clock_of_the_plugin_is_the_tests()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var seen = default(DateTimeOffset);
        await Scripted(new ScriptedPlugin.Script
        {
            End = (_, services) =>
            {
                seen = services.GetRequiredService<TimeProvider>().GetUtcNow();
                return Verdict.Continue;
            },
        }).At(time).RunAsync();
        Assert.Equal(time, seen);
    }

    [Fact]
    public async Task Time_of_day_passes_between_messages()
    {
        var seen = new List<int>();
        var test = Scripted(new ScriptedPlugin.Script
        {
            End = (_, services) =>
            {
                seen.Add(services.GetRequiredService<TimeProvider>().GetUtcNow().Minute);
                return Verdict.Continue;
            },
        });
        await test.At(DateTimeOffset.UnixEpoch).Later(TimeSpan.FromMinutes(1)).Next().Next().Later(TimeSpan.FromMinutes(5)).RunAllAsync();
        Assert.Equal([1, 1, 6], seen);
    }

    [Fact]
    public async Task A_filter_that_never_answers_is_left_at_its_time_limit_even_under_a_fixed_clock()
    {
        var run = await FilterTest.For<HangingPlugin>("time_limit = \"10ms\"").At(DateTimeOffset.UnixEpoch).RunAsync();
        Assert.Equal("451 4.3.0 filter hanging failed, try again later", run.Reply!.ToString());
    }

    private static FilterTest Scripted(ScriptedPlugin.Script script) => FilterTest.For(new ScriptedPlugin(), script);

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    private sealed class BogusResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
            new(new DnsAnswer { Outcome = DnsOutcome.ServerFailure, Security = DnsSecurity.Bogus });
    }

    private sealed class ThrowingStore : ISigningKeyStore
    {
        public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) => throw new InvalidOperationException("no vault");

        public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => throw new InvalidOperationException("no vault");
    }
}
