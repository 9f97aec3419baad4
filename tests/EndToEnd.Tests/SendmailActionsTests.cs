using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>What Sendmail makes of the actions that a filter may take on mail.</summary>
public sealed partial class SendmailActionsTests(SendmailActionsTests.Setup setup) : IClassFixture<SendmailActionsTests.Setup>
{
    [Theory]
    [InlineData("reject", "550 5.7.20 ")]
    [InlineData("tempfail", "451 4.7.1 ")]
    public async Task A_refusal_is_told_to_the_client_with_its_code(string action, string start)
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith(start, await setup.SendAsync(MailSetup.Message(marker), SendmailSetup.Outside, Milter(action)), StringComparison.Ordinal);
        Assert.False(setup.Sink.HasReceived(marker));
    }

    [Fact]
    public async Task Discarded_mail_is_accepted_and_goes_nowhere()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await setup.SendAsync(MailSetup.Message(marker), SendmailSetup.Outside, Milter("discard")), StringComparison.Ordinal);
        await Machine.UntilAsync(() => setup.Sendmail.Log().Contains("Milter: data, discard", StringComparison.Ordinal), setup.Sendmail.Log);
        Assert.False(setup.Sink.HasReceived(marker));
    }

    [Fact]
    public async Task Quarantined_mail_is_accepted_and_held_and_is_delivered_with_its_results_when_it_is_released()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await setup.SendAsync(MailSetup.Message(marker), SendmailSetup.Outside, Milter("quarantine")), StringComparison.Ordinal);
        Assert.False(setup.Sink.HasReceived(marker));
        var held = await setup.Sendmail.RunAsync(null, "-bp", "-qQ");
        var id = QueueId().Match(held).Value;
        Assert.True(id.Length > 0, held + setup.Sendmail.Log());
        Assert.Contains("QUARANTINE:", held, StringComparison.Ordinal);
        await setup.Sendmail.RunAsync(null, "-qQ", $"-qI{id}", "-Q");
        await setup.Sendmail.RunAsync(null, $"-qI{id}");
        Assert.Equal(["mx.example.net; dkim=none"], (await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
    }

    [Fact]
    public async Task Recipients_are_added_and_removed_and_the_sender_is_changed()
    {
        var marker = MailSetup.Marker();
        var delivery = await setup.PassAsync(marker, MailSetup.Message(marker), milter: Milter("envelope"));
        Assert.Contains("<added@example.net>", Assert.Single(delivery.Recipients), StringComparison.Ordinal);
        Assert.StartsWith("FROM:<bounce@example.net>", delivery.From, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task A_replaced_body_is_delivered_and_the_signature_made_after_it_covers_it(int lines)
    {
        var marker = MailSetup.Marker();
        var message = MailSetup.Message(marker) + string.Concat(Enumerable.Repeat("gone\r\n", lines));
        var delivery = await setup.PassAsync(marker, message, milter: Milter("body"));
        Assert.EndsWith("\r\n\r\nNew body\r\n.dot\r\n", delivery.Text, StringComparison.Ordinal);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }

    private static string Milter(string name) => $"unix:/sockets/{name}";

    [GeneratedRegex("^[0-9A-Za-z]{14,}", RegexOptions.Multiline)]
    private static partial Regex QueueId();

    /// <summary>A listener for each action.</summary>
    public sealed class Setup : SendmailSetup
    {
        private static readonly string Editor = Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/tests/debug/plugins/MessageEditor");

        private static readonly string[] Actions = ["reject", "tempfail", "discard", "quarantine"];

        protected override IReadOnlyList<string> Milters => [.. base.Milters, .. Actions.Append("envelope").Append("body").Select(Milter)];

        protected override (string Filters, string Tables) Filters => (base.Filters.Filters, string.Concat(Actions.Select(action =>
            $"[filter.{action}]\nplugin = \"DkimVerify\"\non_none = \"{action}\"\n{Listener(action, $"\"{action}\"")}"))
            + $"[filter.envelope]\nplugin = \"{Editor}\"\nadd = \"added@example.net\"\nremove = \"<b@example.net>\"\nsender = \"bounce@example.net\"\n{Listener("envelope", "\"envelope\"")}"
            + $"[filter.body]\nplugin = \"{Editor}\"\nbody = \"New body\\r\\n.dot\\r\\n\"\n{Listener("body", "\"body\", \"sign\"")}");

        private string Listener(string name, string filters) =>
            $"[[listener]]\nsocket = \"unix:{Sendmail.SocketFolder}/{name}\"\nmode = \"0666\"\nfilters = [{filters}]\n";
    }
}
