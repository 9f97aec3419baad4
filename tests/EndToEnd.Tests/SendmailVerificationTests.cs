using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail from outside, judged on its way through a real Sendmail.</summary>
public sealed partial class SendmailVerificationTests(SendmailSetup setup) : IClassFixture<SendmailSetup>
{
    private const string TraceField = "Received: from a by b; Tue, 24 Nov 2026 10:00:00 +0000\r\n";

    // Any case, quoted, with comments, folded, with version, with no result, with blanks before the colon.
    private static readonly string[] Forgeries =
    [
        "Authentication-Results: mx.example.net; dkim=pass header.d=bank.example",
        "AUTHENTICATION-RESULTS: MX.Example.NET; dmarc=pass header.from=bank.example",
        "authentication-results: \"mx.example.net\"; spf=pass smtp.mailfrom=bank.example",
        "Authentication-Results: (a (nested) comment) mx.example.net (b); dkim=pass",
        "Authentication-Results:\r\n mx.example.net;\r\n\tdkim=pass header.d=bank.example",
        "Authentication-Results: mx.example.net 1; dkim=pass header.d=bank.example",
        "Authentication-Results:mx.example.net; none",
        "Authentication-Results:\tmx.example.net",
        "Authentication-Results : mx.example.net; dkim=pass",
    ];

    [Theory]
    [InlineData("rsa", "rsa-sha256")]
    [InlineData("ed", "ed25519-sha256")]
    public async Task A_signature_of_dkimpy_passes_until_the_body_is_changed(string selector, string algorithm)
    {
        var (marker, changed) = (MailSetup.Marker(), MailSetup.Marker());
        var path = Path.Combine(setup.Folder, $"{selector}.pem");
        var signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", selector, path, algorithm);
        var results = Assert.Single((await setup.PassAsync(marker, signed, SendmailSetup.Outside)).Fields("Authentication-Results"));
        Assert.StartsWith($"mx.example.net; dkim=pass header.d=example.com header.i=@example.com header.a={algorithm} header.s={selector}", results, StringComparison.Ordinal);
        signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(changed), "example.com", selector, path, algorithm);
        results = Assert.Single((await setup.PassAsync(changed, signed.Replace("Hello", "Hallo", StringComparison.Ordinal), SendmailSetup.Outside)).Fields("Authentication-Results"));
        Assert.StartsWith("mx.example.net; dkim=fail", results, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public async Task Forged_results_are_all_gone_those_of_others_stay_in_order_and_ours_is_on_top(int copies)
    {
        var marker = MailSetup.Marker();
        var others = Enumerable.Range(0, copies).Select(static i => $"mx{i}.example.net; spf=pass smtp.mailfrom=other{i}.example").ToList();
        // With trace fields of others among them; at 25 Sendmail sees a loop.
        var fields = string.Concat(others.Select((other, i) =>
            $"{Forgeries[i % Forgeries.Length]}\r\nAuthentication-Results: {other}\r\n{(i % 5 == 0 ? TraceField : "")}{Forgeries[(i + 3) % Forgeries.Length]}\r\n"));
        var delivery = await setup.PassAsync(marker, MailSetup.Message(marker, more: fields), SendmailSetup.Outside);
        Assert.Equal(["mx.example.net; dkim=none", .. others], delivery.Fields("Authentication-Results"));
        Assert.StartsWith("Authentication-Results: mx.example.net; dkim=none\r\n", delivery.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("bank.example", delivery.Text, StringComparison.Ordinal);
        Assert.Equal(1 + (copies + 4) / 5, delivery.Fields("Received").Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Authentication-Results: mx.example.net; dkim=pass\r\n")]
    [InlineData("X-One:1\r\nX-Two:  2\r\nAuthentication-Results: other.example;\r\n  spf=pass\r\nx-one: \t3\r\nAuthentication-Results: (x) mx.example.net; none\r\nX-Empty:\r\n")]
    [InlineData(TraceField + "Authentication-Results: MX.EXAMPLE.NET; spf=pass\r\n" + TraceField)]
    public async Task What_is_delivered_is_what_the_filter_command_prints_but_for_the_trace_field_of_Sendmail(string fields)
    {
        var marker = MailSetup.Marker();
        var message = MailSetup.Message(marker, more: fields);
        var delivery = await setup.PassAsync(marker, message, SendmailSetup.Outside);
        var (code, printed, error) = await Machine.RunAsync("/usr/bin/env",
            [$"STATE_DIRECTORY={setup.Folder}/state", FilterHostProcess.Program, "filter", "--config", $"{setup.Folder}/filterhost.toml", "--client", SendmailSetup.Outside, "--message-only", "-"],
            System.Text.Encoding.UTF8.GetBytes(message));
        Assert.True(code == 0, error);
        var own = Assert.Single(OwnTraceField().Matches(delivery.Text));
        Assert.Equal(printed.ReplaceLineEndings("\r\n"), delivery.Text.Remove(own.Index, own.Length));
    }

    [GeneratedRegex(@"^Received: from client\.example\.org [^\r]*\r\n(?:[ \t][^\r]*\r\n)+", RegexOptions.Multiline)]
    private static partial Regex OwnTraceField();
}
