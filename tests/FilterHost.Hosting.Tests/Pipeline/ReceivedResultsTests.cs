using System.Net;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>What is believed of the Authentication-Results fields that come with a message, and what becomes of them.</summary>
public sealed class ReceivedResultsTests
{
    private const string Forged = "Authentication-Results: mx.example.net; dkim=pass header.d=victim.example";
    private const string Plain = "From: a@example.com\r\nSubject: hello\r\n\r\nbody\r\n";

    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    private static readonly ClientPolicy Clients = new() { Internal = HostList.Of([HostPattern.Parse("127.0.0.0/8"), HostPattern.Parse("::1")]) };

    private readonly ResultsLedger _ledger = new(TimeProvider.System);
    private readonly List<string> _seen = [];
    private MailOrigin _origin;

    [Fact]
    public async Task A_later_listener_takes_over_what_an_earlier_one_wrote_and_writes_one_field()
    {
        var first = await RunAsync(Publishing("dkim", "pass"), Plain);
        Assert.Equal(["mx.example.net; dkim=pass"], FieldsOf(first));
        var second = await RunAsync(Publishing("dmarc", "fail"), Text(first));
        Assert.Equal(["dkim=pass Computed"], _seen);
        Assert.Equal(["mx.example.net; dkim=pass; dmarc=fail"], FieldsOf(second));
        var third = await RunAsync(Publishing("spam", "fail"), Text(second));
        Assert.Equal(["mx.example.net; dkim=pass; dmarc=fail; spam=fail"], FieldsOf(third));
    }

    [Fact]
    public async Task A_later_listener_that_finds_nothing_leaves_the_field_as_it_is()
    {
        var first = await RunAsync(Publishing("dkim", "pass"), Plain);
        var second = await RunAsync(Publishing("dmarc", null), Text(first));
        Assert.Equal(Text(first), Text(second));
        Assert.Equal(["dkim=pass Computed"], _seen);
    }

    [Theory]
    [InlineData("Q2", "mta.example.net", "of another message")]
    [InlineData("Q1", "other.example.net", "of another MTA")]
    public async Task A_field_of_another_message_is_forged_though_every_octet_agrees(string queueId, string mta, string why)
    {
        Assert.NotEmpty(why);
        var first = await RunAsync(Publishing("dkim", "pass"), Plain);
        var second = await RunAsync(Publishing("dmarc", "fail"), Text(first), queueId: queueId, mta: mta);
        Assert.Empty(_seen);
        Assert.Equal(["mx.example.net; dmarc=fail"], FieldsOf(second));
    }

    [Theory]
    [InlineData("dkim=pass", "dkim=pass ")]
    [InlineData("dkim=pass", "dkim=pass header.d=a.example")]
    [InlineData("Authentication-Results:", "Authentication-Results: ")]
    public async Task A_field_with_an_octet_more_is_forged(string written, string changed)
    {
        var first = await RunAsync(Publishing("dkim", "pass"), Plain);
        var second = await RunAsync(Publishing("dmarc", "fail"), Text(first).Replace(written, changed, StringComparison.Ordinal));
        Assert.Empty(_seen);
        Assert.Equal(["mx.example.net; dmarc=fail"], FieldsOf(second));
    }

    [Fact]
    public async Task Forged_fields_above_and_below_ours_are_neither_believed_nor_kept()
    {
        var first = await RunAsync(Publishing("dkim", "fail"), Plain);
        var second = await RunAsync(Publishing("dmarc", "fail"), $"{Forged}\r\n{Text(first)[..^"\r\nbody\r\n".Length]}{Forged}\r\nAuthentication-Results: other.example; spf=pass\r\n\r\nbody\r\n");
        Assert.Equal(["dkim=fail Computed"], _seen);
        Assert.Equal(["mx.example.net; dkim=fail; dmarc=fail", "other.example; spf=pass"], FieldsOf(second));
    }

    [Fact]
    public async Task Where_the_first_listener_did_not_run_the_second_believes_nothing_and_removes_what_is_forged()
    {
        var second = await RunAsync(Publishing("dmarc", "fail"), $"{Forged}\r\n{Plain}");
        Assert.Empty(_seen);
        Assert.Equal(["mx.example.net; dmarc=fail"], FieldsOf(second));
    }

    [Fact]
    public async Task A_listener_without_results_leaves_all_fields_alone()
    {
        var output = await RunAsync(Publishing(null, null), $"{Forged}\r\n{Plain}");
        Assert.Equal($"{Forged}\r\n{Plain}", Text(output));
    }

    [Fact]
    public async Task A_message_that_comes_back_from_loopback_with_our_field_has_been_judged_and_keeps_it()
    {
        var output = await RunAsync(Publishing("dkim", null), $"Authentication-Results: mx.example.net;\r\n\tdmarc=fail header.from=victim.example policy.dmarc=reject\r\n{Plain}", client: "127.0.0.1");
        Assert.Equal(MailOrigin.Reentered, _origin);
        Assert.Equal(["dmarc=fail Field"], _seen);
        Assert.Equal(["mx.example.net; dmarc=fail header.from=victim.example policy.dmarc=reject"], FieldsOf(output));
    }

    [Fact]
    public async Task Only_the_topmost_of_our_fields_counts_on_a_message_that_comes_back()
    {
        var output = await RunAsync(Publishing("dkim", null), $"Authentication-Results: other.example; spf=pass\r\nAuthentication-Results: mx.example.net; dmarc=fail\r\n{Forged}\r\n{Plain}", client: "::1");
        Assert.Equal(["dmarc=fail Field"], _seen);
        Assert.Equal(["other.example; spf=pass", "mx.example.net; dmarc=fail"], FieldsOf(output));
    }

    [Theory]
    [InlineData("192.0.2.1", null)]
    [InlineData("127.0.0.1", "joe")]
    [InlineData(null, null)]
    public async Task From_elsewhere_of_an_authenticated_client_or_of_an_unknown_one_our_field_is_forged(string? client, string? user)
    {
        var output = await RunAsync(Publishing("dkim", null), $"{Forged}\r\n{Plain}", client: client, user: user);
        Assert.NotEqual(MailOrigin.Reentered, _origin);
        Assert.Empty(_seen);
        Assert.Empty(FieldsOf(output));
    }

    [Fact]
    public async Task Of_a_trusted_name_the_topmost_field_is_believed_and_stays()
    {
        var message = $"Authentication-Results: DKIM.example.net; dkim=fail header.d=a.example\r\nAuthentication-Results: dkim.example.net; dkim=pass header.d=a.example\r\nAuthentication-Results: other.example; dkim=pass\r\n{Plain}";
        var output = await RunAsync(Publishing("dmarc", "fail"), message, trusted: ["dkim.example.net"]);
        Assert.Equal(["dkim=fail Field"], _seen);
        Assert.Equal(
            ["mx.example.net; dmarc=fail", "DKIM.example.net; dkim=fail header.d=a.example", "dkim.example.net; dkim=pass header.d=a.example", "other.example; dkim=pass"], FieldsOf(output));
    }

    [Fact]
    public async Task Our_own_name_is_never_trusted_by_being_listed()
    {
        await RunAsync(Publishing("dmarc", "fail"), $"{Forged}\r\n{Plain}", trusted: ["mx.example.net"]);
        Assert.Empty(_seen);
    }

    private async Task<MessageOutput> RunAsync(
        ScriptedFilter.Script script, string message, string queueId = "Q1", string mta = "mta.example.net", string? client = "192.0.2.1", string? user = null, string[]? trusted = null)
    {
        _seen.Clear();
        var policy = new ResultsPolicy { AuthservId = "mx.example.net", Ledger = _ledger, Reentry = Loopback, TrustedIds = trusted ?? [] };
        var macros = new Dictionary<string, string> { ["i"] = queueId, ["j"] = mta };
        if (user is not null)
            macros["{auth_authen}"] = user;
        var input = new MessageInput { Message = Encoding.ASCII.GetBytes(message), ClientAddress = client is null ? null : IPAddress.Parse(client), Macros = macros };
        var pipeline = PipelineUnderTest.Of(Clients, new PipelineLimits { KeepsEveryBody = true, PoisonBuffers = true }, policy, ("filter", script, OnError.Tempfail));
        return await InMemoryRun.RunAsync(pipeline, input, NullLogger.Instance, TimeProvider.System);
    }

    private ScriptedFilter.Script Publishing(string? method, string? word) =>
        new ScriptedFilter.Script { Traits = new FilterTraits { Publishes = method is null ? [] : [method] } }.AtEnd(message =>
        {
            _origin = message.Origin;
            _seen.AddRange(message.Results.Select(result => $"{result.Method}={result.Word} {result.Provenance}"));
            if (word is not null)
                message.Publish(new GenericResult(method!, word));
        });

    private static string Text(MessageOutput output) => Encoding.ASCII.GetString(output.Message.Span);

    private static string[] FieldsOf(MessageOutput output)
    {
        var fields = new List<string>();
        ReadOnlyMemory<byte> rest = output.Message;
        while (WireMessage.TryReadField(ref rest, out var field))
        {
            if (field.IsNamed("Authentication-Results"))
                fields.Add(string.Join(' ', field.Text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)));
        }
        return [.. fields];
    }
}
