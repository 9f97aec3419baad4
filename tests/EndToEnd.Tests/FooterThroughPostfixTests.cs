using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A filter that edits the body before the signer, through a real Postfix.</summary>
public sealed class FooterThroughPostfixTests(FooterThroughPostfixTests.Setup setup) : IClassFixture<FooterThroughPostfixTests.Setup>
{
    [Fact]
    public async Task The_signature_covers_the_body_with_the_footer()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker));
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Contains("\r\n\r\nExample Ltd\r\n", delivery.Text, StringComparison.Ordinal);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }

    [Fact]
    public async Task Behind_the_signer_it_is_refused_at_start_naming_both()
    {
        var path = Path.Combine(setup.Folder, "wrong.toml");
        await File.WriteAllTextAsync(path, setup.Settings.Replace("\"footer\", \"verify\", \"sign\"", "\"verify\", \"sign\", \"footer\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, ["run", "--config", path]);
        Assert.Equal(78, code);
        Assert.Contains("filter footer may edit the body, which filter sign before it has signed; put footer before sign", output + error, StringComparison.Ordinal);
    }

    public sealed class Setup : MailSetup
    {
        protected override (string Filters, string Tables) Filters =>
            ("\"footer\", \"verify\", \"sign\"",
                $"""
                [filter.footer]
                plugin = "{Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/examples/debug/BodyFooter")}"
                text = "Example Ltd"
                """);
    }
}
