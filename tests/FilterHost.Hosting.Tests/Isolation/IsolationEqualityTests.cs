using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>A filter in a worker is shown the same, and what it says has the same effect, as in the host.</summary>
public sealed partial class IsolationEqualityTests
{
    [Fact]
    public Task A_filter_in_a_worker_is_shown_all_that_it_is_shown_in_the_host() =>
        AssertEqualAsync(Witness("w", "edits = false"), ["w"], IsolationHost.Mail);

    [Fact]
    public Task A_connection_filter_in_a_worker_shares_its_state_with_the_message_filter() =>
        AssertEqualAsync(Witness("w", "connections = true"), ["w"], IsolationHost.Mail, IsolationHost.Mail);

    [Fact]
    public Task Edits_of_every_kind_come_back() =>
        AssertEqualAsync(Witness("w", "edits = true\npublishes = [\"x-witness\"]"), ["w"], IsolationHost.Mail);

    [Fact]
    public Task Results_of_every_type_come_back_with_all_that_they_hold() =>
        AssertEqualAsync(Witness("w", "publishes = [\"dkim\", \"spf\", \"dmarc\", \"x-witness\"]"), ["w"], IsolationHost.Mail);

    [Fact]
    public Task A_worker_is_shown_results_edits_and_attributes_of_a_filter_in_the_host_before_it() =>
        AssertEqualAsync(Witness("first", "edits = true\npublishes = [\"dkim\", \"spf\", \"dmarc\", \"x-witness\"]", isNeverIsolated: true) + Witness("w", "needs = [\"dkim\"]", endOfMessageOnly: true), ["first", "w"], IsolationHost.Mail);

    [Fact]
    public Task A_filter_in_the_host_is_shown_results_edits_and_attributes_of_a_worker_before_it() =>
        AssertEqualAsync(Witness("w", "edits = true\npublishes = [\"dkim\", \"spf\", \"dmarc\", \"x-witness\"]") + Witness("last", "needs = [\"dkim\"]", isNeverIsolated: true, endOfMessageOnly: true), ["w", "last"], IsolationHost.Mail);

    [Fact]
    public Task Two_workers_of_one_plugin_are_shown_each_others_results() =>
        AssertEqualAsync(Witness("one", "publishes = [\"dkim\", \"x-one\"]") + Witness("two", "edits = true\npublishes = [\"x-two\"]", endOfMessageOnly: true), ["one", "two"], IsolationHost.Mail);

    [Fact]
    public Task A_second_message_of_a_connection_finds_its_state() =>
        AssertEqualAsync(Witness("w", ""), ["w"], IsolationHost.Mail, IsolationHost.Mail with { ReversePath = "<>", Parameters = [] }, IsolationHost.Mail);

    [Fact]
    public Task Mail_of_an_authenticated_user_and_of_an_internal_client_is_told_so() => AssertEqualAsync(
        Witness("w", ""), ["w"],
        IsolationHost.Mail with { Macros = new Dictionary<string, string>(IsolationHost.Mail.Macros) { ["{auth_type}"] = "PLAIN", ["{auth_authen}"] = "user" } },
        IsolationHost.Mail with { ClientAddress = System.Net.IPAddress.Loopback });

    [Fact]
    public Task An_internal_client_is_told_so() => AssertEqualAsync(Witness("w", "connections = true"), ["w"], IsolationHost.Mail with { ClientAddress = System.Net.IPAddress.Loopback });

    [Theory]
    [InlineData("mail")]
    [InlineData("recipient")]
    [InlineData("data")]
    [InlineData("end_of_headers")]
    [InlineData("body")]
    [InlineData("end_of_message")]
    public async Task Every_verdict_at_every_stage_has_the_same_effect(string stage)
    {
        foreach (var verdict in new[] { "reject", "tempfail", "discard", "reply" })
            await AssertEqualAsync(Witness("w", $"at = \"{stage}\"\nverdict = \"{verdict}\""), ["w"], IsolationHost.Mail with { Recipients = ["<refused@example.net>", "<b@example.net>"] });
    }

    // The host hears of it with the end of the message, so that the MTA sends it whole.
    [Theory]
    [InlineData("mail")]
    [InlineData("recipient")]
    [InlineData("end_of_headers")]
    public async Task A_filter_that_accepts_early_is_asked_no_more(string stage)
    {
        await using var host = await IsolationHost.StartAsync(Witness("w", $"at = \"{stage}\"\nverdict = \"accept\"").Replace("ISOLATION", "isolation = \"process\"", StringComparison.Ordinal), "w");
        var output = await host.SendAsync(IsolationHost.Mail);
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal(IsolationHost.Mail.Message.ToArray(), output.Message.ToArray());
    }

    [Theory]
    [InlineData("connect", "reject")]
    [InlineData("helo", "reply")]
    public Task A_refusal_of_the_connection_has_the_same_effect(string stage, string verdict) =>
        AssertEqualAsync(Witness("w", $"connections = true\nat = \"{stage}\"\nverdict = \"{verdict}\""), ["w"], IsolationHost.Mail);

    [Theory]
    [InlineData("tempfail")]
    [InlineData("reject")]
    [InlineData("skip")]
    public async Task A_filter_that_throws_gets_its_on_error(string onError)
    {
        foreach (var stage in new[] { "mail", "recipient", "end_of_headers", "end_of_message" })
            await AssertEqualAsync(Witness("w", $"at = \"{stage}\"\nverdict = \"throw\"\non_error = \"{onError}\"\npublishes = [\"spf\"]"), ["w"], IsolationHost.Mail);
    }

    [Fact]
    public Task A_recipient_that_a_later_filter_refuses_is_none_for_the_worker() => AssertEqualAsync(
        Witness("w", "") + Witness("last", "at = \"recipient\"\nverdict = \"reply\"", isNeverIsolated: true, endOfMessageOnly: true), ["w", "last"],
        IsolationHost.Mail with { Recipients = ["<b@example.net>", "<refused@example.net>", "<c@example.net>"] });

    [Fact]
    public Task A_large_message_in_small_chunks_is_the_same() => AssertEqualAsync(
        Witness("w", ""), ["w"],
        IsolationHost.Mail with { Message = Encoding.ASCII.GetBytes($"Subject: large\r\n\r\n{string.Concat(Enumerable.Repeat("0123456789\r\n", 300_000))}"), ChunkSize = 4000 });

    private static string Witness(string name, string settings, bool isNeverIsolated = false, bool endOfMessageOnly = false) => $"""
        [filter.{name}]
        plugin = "Witness"
        {(isNeverIsolated ? "" : "ISOLATION")}
        {(endOfMessageOnly ? "end_of_message_only = true" : "")}
        {settings}

        """;

    private static async Task AssertEqualAsync(string tables, string[] filters, params MessageInput[] messages)
    {
        var inHost = await RunAsync(tables.Replace("ISOLATION", "", StringComparison.Ordinal), filters, messages);
        var inWorker = await RunAsync(tables.Replace("ISOLATION", "isolation = \"process\"", StringComparison.Ordinal), filters, messages);
        Assert.Equal(inHost, inWorker);
    }

    private static async Task<List<string>> RunAsync(string tables, string[] filters, MessageInput[] messages)
    {
        await using var host = await IsolationHost.StartAsync(tables, filters);
        var lines = new List<string>();
        var connection = host.Connect();
        foreach (var message in messages)
            Write(lines, await connection.SendAsync(message));
        await host.StopAsync();
        // The lines of the filters and of the host for the message, which come by two ways and in no order between them.
        foreach (var line in host.Log.Where(line => line.Level > LogLevel.Debug).Select(line => $"{line.Level}: {LineOf(line.Text)}").Where(line => !line.Contains("runs in process", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            lines.Add(line);
        return lines;
    }

    // The exception's stack is another in a worker, and how long it took.
    private static string LineOf(string text) => Milliseconds().Replace(text.Split(" | ")[0], "ms");

    private static void Write(List<string> lines, MessageOutput output)
    {
        lines.Add($"{output.Reply.Kind} {output.Reply.SmtpReply}");
        foreach (var (path, reply) in output.RefusedRecipients)
            lines.Add($"refused {path}: {reply}");
        foreach (var result in output.Results)
            lines.Add(ListTypes().Replace($"result {result with { Provenance = default }} {string.Join(' ', result.Properties)}{OfDmarc(result)}", "list"));
        foreach (var note in output.Notes)
            lines.Add($"note {note}");
        // Those of the message stand in the message.
        foreach (var edit in output.Edits.Where(edit => edit is Edit.AddRecipient or Edit.RemoveRecipient or Edit.ChangeSender or Edit.Quarantine))
            lines.Add(edit.ToString());
        foreach (var line in Encoding.UTF8.GetString(output.Message.Span).Split("\r\n"))
            lines.Add(line.StartsWith("X-Witness: ", StringComparison.Ordinal) ? $"X-Witness: {ListTypes().Replace(Encoding.UTF8.GetString(Convert.FromBase64String(line["X-Witness: ".Length..])), "list")}" : line);
    }

    private static string OfDmarc(AuthenticationResult result) => result is DmarcResult { Tags: { } tags } dmarc ? $" {string.Join(';', tags)} {string.Join(',', dmarc.Overrides)}" : "";

    [GeneratedRegex(@"(<>z__|System\.Collections\.)[^ ,]+")]
    private static partial Regex ListTypes();

    [GeneratedRegex("[0-9]+ ms")]
    private static partial Regex Milliseconds();
}
