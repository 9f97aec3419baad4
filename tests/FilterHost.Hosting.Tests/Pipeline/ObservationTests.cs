using System.Collections.Concurrent;
using System.Text.Json;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>A listener that only observes, over a real socket: what the MTA hears, and what the log says.</summary>
public sealed class ObservationTests : IDisposable
{
    private static readonly FilterTraits Everything = new() { EditsFields = ["*"], EditsBody = true, EditsEnvelope = true, Quarantines = true, Publishes = ["test"], MayStopReadingBody = true };

    // Long enough for a machine with much to do, where a filter waits for nothing.
    private static readonly PipelineLimits Limits = new() { CommandBudget = TimeSpan.FromSeconds(30), EndOfMessageBudget = TimeSpan.FromSeconds(30) };

    private static readonly PipelineLimits ShortLimits = new() { CommandBudget = TimeSpan.FromMilliseconds(300), EndOfMessageBudget = TimeSpan.FromMilliseconds(300) };

    // For filters that block only at the end of the transaction.
    private static readonly PipelineLimits LimitsOfEnd = new() { CommandBudget = TimeSpan.FromSeconds(3), EndOfMessageBudget = TimeSpan.FromSeconds(30) };

    private readonly ManualResetEventSlim _release = new();
    private readonly KeptLog _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Stages => [.. Enum.GetValues<FilterStage>().Select(stage => (int)stage)];

    public void Dispose()
    {
        _release.Set();
        _release.Dispose();
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Whatever_a_filter_says_the_MTA_hears_only_Continue(int stage)
    {
        (Verdict Verdict, string Word, string? Reply)[] verdicts =
        [
            (Verdict.Continue, "accept", null),
            (Verdict.Accept, "accept", null),
            (Verdict.Reject("no"), "reject", "550 5.7.1 no [say]"),
            (Verdict.TempFail("later"), "tempfail", "451 4.7.1 later [say]"),
            (Verdict.Reply(new SmtpReply(554, "5.5.0", "never")), "reject", "554 5.5.0 never [say]"),
            (Verdict.Discard, "discard", null),
        ];
        var next = 0;
        var script = new ScriptedFilter.Script { Traits = Everything }.At((FilterStage)stage, _ => verdicts[next].Verdict);
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync(watchdog, Limits, script);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        for (; next < verdicts.Length; next++)
        {
            await SendAsync(client);
            var line = _log.Observed()[^1];
            Assert.Equal((verdicts[next].Word, verdicts[next].Reply, "4ABC"), (Text(line, "verdict"), Text(line, "reply"), Text(line, "queue_id")));
        }
        Assert.Equal(verdicts.Length, _log.Observed().Length);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task However_a_filter_fails_the_MTA_hears_only_Continue_and_the_connection_goes_on(int stage)
    {
        Func<MailTransaction, ValueTask<Verdict>>[] failures =
        [
            _ => throw new InvalidOperationException("broken"),
            _ => ValueTask.FromException<Verdict>(new InvalidOperationException("broken")),
            _ => default,
            async _ =>
            {
                await Task.Delay(Timeout.Infinite, Cancel);
                return Verdict.Continue;
            },
            _ =>
            {
                _release.Wait(Cancel);
                return Verdict.Continue;
            },
        ];
        var next = 0;
        var script = new ScriptedFilter.Script { Traits = Everything };
        script.Steps[(FilterStage)stage] = (transaction, _) => failures[next](transaction);
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync(watchdog, ShortLimits, script);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        for (; next < failures.Length; next++)
        {
            await SendAsync(client);
            Assert.Equal(("tempfail", "451 4.3.0 filter say failed, try again later"), (Text(_log.Observed()[^1], "verdict"), Text(_log.Observed()[^1], "reply")));
        }
    }

    [Fact]
    public async Task A_filter_that_blocks_its_thread_at_the_end_of_the_transaction_costs_no_connection()
    {
        var script = new ScriptedFilter.Script
        {
            Traits = Everything,
            Ended = () =>
            {
                _release.Wait(Cancel);
                return ValueTask.CompletedTask;
            },
        };
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync(watchdog, LimitsOfEnd, script);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        await SendAsync(client);
        await SendAsync(client);
        Assert.Equal(["accept", "accept"], _log.Observed().Select(line => Text(line, "verdict")));
    }

    [Theory]
    [InlineData("reject", "reject", "550 5.7.1 no [gate]")]
    [InlineData("throw", "tempfail", "451 4.3.0 filter gate failed, try again later")]
    [InlineData("block", "tempfail", "451 4.3.0 filter gate failed, try again later")]
    public async Task A_client_that_a_filter_refuses_is_logged_and_its_mail_is_heard_by_no_filter(string what, string verdict, string reply)
    {
        var script = new ScriptedFilter.Script { Traits = Everything };
        var gate = PluginInstance.Configure("gate", "Gate", new Gate.Plugin(), new Gate.Orders(what, _release), Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
        gate.Build(_ => throw new InvalidOperationException("no services here"));
        var members = PipelineUnderTest.Of(Limits, new ResultsPolicy(), ("say", script, OnError.Tempfail)).Members;
        var guard = new FilterGuard(gate, OnError.Tempfail, null);
        var pipeline = new FilterPipeline(
            "test", [.. gate.ConnectionFilters.Select(filter => new ConnectionMember(gate, filter, guard))], members, what == "block" ? ShortLimits : Limits, new ResultsPolicy(), NullLogger.Instance, TimeProvider.System) { IsObserved = true };
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(pipeline, watchdog, _log);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        await SendAsync(client);
        Assert.Empty(script.Seen);
        var line = Assert.Single(_log.Observed());
        Assert.Equal((verdict, reply, null), (Text(line, "verdict"), Text(line, "reply"), Text(line, "queue_id")));
    }

    [Fact]
    public async Task Edits_and_results_are_logged_and_none_is_made()
    {
        var script = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message =>
        {
            message.Edits.InsertAtTop("X-Top", "one");
            message.Edits.Append("X-Bottom", "ü");
            message.Edits.Remove(message.Header.First("Subject")!);
            message.Edits.ReplaceBody("other\r\n"u8);
            message.Edits.AddRecipient("<c@example.net>");
            message.Edits.RemoveRecipient(message.Envelope.Recipients[0]);
            message.Edits.ChangeSender("<d@example.net>");
            message.Edits.Quarantine("odd");
            message.Note("a note");
            message.Publish(new GenericResult("test", "pass") { Reason = "why" });
        });
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync(watchdog, Limits, script);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        Assert.Equal(MilterActions.SetMacroList, client.Actions | MilterActions.SetMacroList);
        await SendAsync(client, ("Subject", " s"), ("Authentication-Results", " mx.example.net; dkim=pass"), ("Authentication-Results", " other.example;\n\tdkim=fail"), ("DKIM-Signature", " v=1; b=x"), ("Message-ID", " <1@example.com>"));
        var line = Assert.Single(_log.Observed());
        Assert.Equal(("quarantine", "<1@example.com>", "external"), (Text(line, "verdict"), Text(line, "message_id"), Text(line, "origin")));
        Assert.Equal(["mx.example.net; dkim=pass", "other.example; dkim=fail"], line.GetProperty("authentication_results").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(["v=1; b=x"], line.GetProperty("dkim_signatures").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(
            [
                """{"filter":"say","edit":"insert_field","name":"X-Top","value":"one"}""",
                """{"filter":"say","edit":"append_field","name":"X-Bottom","value":"\u00FC"}""",
                """{"filter":"say","edit":"remove_field","name":"Subject","old_value":"s"}""",
                """{"filter":"say","edit":"replace_body","octets":"7"}""",
                """{"filter":"say","edit":"add_recipient","recipient":"\u003Cc@example.net\u003E"}""",
                """{"filter":"say","edit":"remove_recipient","recipient":"\u003Cb@example.net\u003E"}""",
                """{"filter":"say","edit":"change_sender","from":"\u003Cd@example.net\u003E"}""",
                """{"filter":"say","edit":"quarantine","reason":"odd"}""",
                """{"filter":"host","edit":"remove_field","name":"Authentication-Results","old_value":"mx.example.net; dkim=pass"}""",
                """{"filter":"host","edit":"insert_field","name":"Authentication-Results","value":"mx.example.net; test=pass (why)"}""",
            ],
            line.GetProperty("edits").EnumerateArray().Select(edit => edit.GetRawText().Replace(@" reason=\u0022why\u0022", " (why)", StringComparison.Ordinal)));
        Assert.Equal("""{"method":"test","result":"pass","properties":[],"reason":"why"}""", Assert.Single(line.GetProperty("results").EnumerateArray()).GetRawText());
        Assert.Equal("""{"filter":"say","text":"a note"}""", Assert.Single(line.GetProperty("notes").EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task A_refused_recipient_goes_on_at_the_MTA_and_is_none_to_the_filters()
    {
        var script = new ScriptedFilter.Script { Traits = Everything };
        var refused = 0;
        script.At(FilterStage.Recipient, _ => refused++ == 0 ? Verdict.Reject("not you") : Verdict.Continue);
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync(watchdog, Limits, script);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        await SendAsync(client, recipients: ["<b@example.net>", "<c@example.net>"]);
        var line = Assert.Single(_log.Observed());
        Assert.Equal("accept", Text(line, "verdict"));
        Assert.Equal(["<c@example.net>"], line.GetProperty("recipients").EnumerateArray().Select(value => value.GetString()));
        var recipient = Assert.Single(line.GetProperty("refused_recipients").EnumerateArray());
        Assert.Equal(("<b@example.net>", "550 5.7.1 not you [say]"), (Text(recipient, "recipient"), Text(recipient, "reply")));
    }

    [Fact]
    public async Task A_peer_of_an_observer_hears_Continue_and_no_filter_hears_of_it()
    {
        var script = new ScriptedFilter.Script { Traits = Everything };
        var members = PipelineUnderTest.Of(Limits, new ResultsPolicy(), ("say", script, OnError.Tempfail)).Members;
        var clients = new ClientPolicy { Peers = HostList.Of([HostPattern.Parse("192.0.2.1")]) };
        var pipeline = new FilterPipeline("test", [], members, Limits, new ResultsPolicy(), NullLogger.Instance, TimeProvider.System) { IsObserved = true, Clients = clients };
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(pipeline, watchdog, _log);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        await SendAsync(client);
        Assert.Empty(script.Seen);
        Assert.Equal("accept", Text(Assert.Single(_log.Observed()), "verdict"));
    }

    [Fact]
    public async Task What_an_observer_would_have_written_is_believed_by_no_later_listener()
    {
        var ledger = new ResultsLedger(TimeProvider.System);
        var script = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message => message.Publish(new GenericResult("test", "pass")));
        var members = PipelineUnderTest.Of(Limits, new ResultsPolicy(), ("say", script, OnError.Tempfail)).Members;
        var pipeline = new FilterPipeline("test", [], members, Limits, new ResultsPolicy { AuthservId = "mx.example.net", Ledger = ledger }, NullLogger.Instance, TimeProvider.System) { IsObserved = true };
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(pipeline, watchdog, _log);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        await SendAsync(client);
        var field = Text(Assert.Single(Assert.Single(_log.Observed()).GetProperty("edits").EnumerateArray()), "value");
        Assert.Null(ledger.Find("mx.example.net", "4ABC", System.Text.Encoding.ASCII.GetBytes($" {field}")));
    }

    [Fact]
    public void An_observer_asks_for_no_edit_and_needs_none()
    {
        var script = new ScriptedFilter.Script { Traits = Everything };
        var members = PipelineUnderTest.Of(("say", script, OnError.Tempfail)).Members;
        var pipeline = new FilterPipeline("test", [], members, Limits, new ResultsPolicy(), NullLogger.Instance, TimeProvider.System) { IsObserved = true };
        Assert.Equal((MilterActions.SetMacroList, MilterActions.None), (PipelineNegotiation.For(pipeline).Actions, PipelineNegotiation.NeededActions(pipeline)));
        // Nor may it leave out part of the body, which the MTA would then not send to those behind it either.
        Assert.False(PipelineNegotiation.For(pipeline).Steps.HasFlag(MilterSteps.Skip));
    }

    private Task<Hosting.Server.MilterListener> ListenAsync(Watchdog watchdog, PipelineLimits limits, ScriptedFilter.Script script)
    {
        var results = new ResultsPolicy { AuthservId = "mx.example.net" };
        var members = PipelineUnderTest.Of(limits, results, ("say", script, OnError.Tempfail)).Members;
        return PipelineOverSocket.ListenAsync(new FilterPipeline("test", [], members, limits, results, NullLogger.Instance, TimeProvider.System) { IsObserved = true }, watchdog, _log);
    }

    // A whole message, whatever is answered, which is always Continue with nothing else.
    private static async Task SendAsync(MilterClient client, params (string Name, string Value)[] fields) => await SendAsync(client, ["<b@example.net>"], fields);

    private static async Task SendAsync(MilterClient client, string[] recipients, params (string Name, string Value)[] fields)
    {
        client.SetMacros(MilterCommand.Connect, new KeyValuePair<string, string>("j", "mx.example.net"));
        client.SetMacros(MilterCommand.Data, new KeyValuePair<string, string>("i", "4ABC"));
        List<MilterResponse> responses =
        [
            await client.ConnectAsync("client", '4', 25, "192.0.2.1", Cancel),
            await client.HeloAsync("client", Cancel),
            await client.MailAsync("<a@example.com>", [], Cancel),
        ];
        foreach (var recipient in recipients)
            responses.Add(await client.RecipientAsync(recipient, [], Cancel));
        responses.Add(await client.DataAsync(Cancel));
        responses.Add(await client.HeaderAsync("From"u8.ToArray(), " a@example.com"u8.ToArray(), Cancel));
        foreach (var (name, value) in fields)
            responses.Add(await client.HeaderAsync(System.Text.Encoding.ASCII.GetBytes(name), System.Text.Encoding.ASCII.GetBytes(value), Cancel));
        responses.Add(await client.EndOfHeadersAsync(Cancel));
        responses.Add(await client.BodyAsync("hello\r\n"u8.ToArray(), Cancel));
        responses.Add(await client.BodyAsync("world\r\n"u8.ToArray(), Cancel));
        responses.Add(await client.EndOfMessageAsync(default, Cancel));
        Assert.All(responses, response => Assert.Equal((MilterReplyKind.Continue, 0), (response.Kind, response.Edits.Count)));
        await client.QuitNewConnectionAsync(Cancel);
    }

    private static string? Text(JsonElement line, string key) => line.GetProperty(key).GetString();

    private sealed class KeptLog : ILogger
    {
        private const string Mark = ": observed ";
        private readonly ConcurrentQueue<string> _lines = [];

        public JsonElement[] Observed() =>
            [.. _lines.Where(line => line.Contains(Mark, StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..]).RootElement)];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
    }

    private sealed class Gate(Gate.Orders orders) : ConnectionFilter
    {
        public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken)
        {
            if (orders.What == "block")
                orders.Release.Wait(cancellationToken: default);
            return orders.What == "throw" ? throw new InvalidOperationException("broken") : Verdict.Reject("no");
        }

        public sealed record Orders(string What, ManualResetEventSlim Release);

        public sealed class Plugin : FilterPlugin<Orders>
        {
            public override void Configure(IPluginBuilder builder, Orders settings) => builder.AddConnectionFilter<Gate>();
        }
    }
}
