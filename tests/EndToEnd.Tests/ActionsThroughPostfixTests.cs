using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>What Postfix makes of the actions that a filter may take on mail: here on mail without signature.</summary>
public sealed class ActionsThroughPostfixTests(ActionsThroughPostfixTests.Setup setup) : IClassFixture<ActionsThroughPostfixTests.Setup>
{
    [Theory]
    [InlineData("reject", "550 5.7.20 ")]
    [InlineData("tempfail", "451 4.7.1 ")]
    public async Task A_refusal_is_told_to_the_client_with_its_code(string action, string start)
    {
        await using var postfix = await StartAsync(action);
        var marker = MailSetup.Marker();
        Assert.StartsWith(start, await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker), outside: "203.0.113.9"), StringComparison.Ordinal);
        Assert.False(setup.Sink.HasReceived(marker));
    }

    [Fact]
    public async Task Discarded_mail_is_accepted_and_goes_nowhere()
    {
        await using var postfix = await StartAsync("discard");
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker), outside: "203.0.113.9"), StringComparison.Ordinal);
        await Machine.UntilAsync(() => postfix.Log().Contains("milter triggers DISCARD action", StringComparison.Ordinal), postfix.Log);
        Assert.False(setup.Sink.HasReceived(marker));
    }

    [Fact]
    public async Task Quarantined_mail_is_accepted_and_held_with_its_results()
    {
        await using var postfix = await StartAsync("quarantine");
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker), outside: "203.0.113.9"), StringComparison.Ordinal);
        Assert.False(setup.Sink.HasReceived(marker));
        await ReleaseAsync(postfix);
        Assert.Equal(["mx.example.net; dkim=none"], (await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
    }

    // Postfix 3.7: cleanup stops calling milters at the first that asks for quarantine, and a message that is released has been through cleanup.
    [Theory]
    [InlineData("quarantine", "hello", 0)]
    [InlineData("hello", "quarantine", 1)]
    public async Task A_milter_behind_one_that_quarantines_sees_the_message_neither_then_nor_at_its_release(string first, string second, int edits)
    {
        await using var postfix = await StartAsync(first, second);
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker), outside: "203.0.113.9"), StringComparison.Ordinal);
        await ReleaseAsync(postfix);
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Equal(edits, delivery.Fields("X-Hello").Count);
        Assert.Equal(["mx.example.net; dkim=none"], delivery.Fields("Authentication-Results"));
    }

    private static async Task ReleaseAsync(PostfixInstance postfix)
    {
        var held = Assert.Single(Directory.GetFiles(Path.Combine(postfix.QueueFolder, "hold")));
        await Machine.RunAsync("/usr/sbin/postsuper", ["-c", postfix.ConfigurationFolder, "-H", Path.GetFileName(held)]);
        await Machine.RunAsync("/usr/sbin/postqueue", ["-c", postfix.ConfigurationFolder, "-f"]);
    }

    private Task<PostfixInstance> StartAsync(params string[] listeners) =>
        PostfixInstance.StartAsync(string.Join(", ", listeners.Select(name => $"unix:{setup.Folder}/{name}")), setup.Sink.Port);

    /// <summary>A listener for each action.</summary>
    public sealed class Setup : MailSetup
    {
        private string Hello => $"""
            [filter.hello]
            plugin = "{Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/examples/debug/HelloFilter")}"
            [[listener]]
            socket = "unix:{Folder}/hello"
            mode = "0666"
            filters = ["hello"]

            """;

        protected override (string Filters, string Tables) Filters => (base.Filters.Filters, Hello + string.Concat(new[] { "reject", "tempfail", "discard", "quarantine" }.Select(action =>
            $"[filter.{action}]\nplugin = \"DkimVerify\"\non_none = \"{action}\"\n[[listener]]\nsocket = \"unix:{Folder}/{action}\"\nmode = \"0666\"\nfilters = [\"{action}\"]\n")));
    }
}
