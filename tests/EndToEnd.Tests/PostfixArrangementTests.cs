using System.Globalization;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The ways in which Postfix is set up: chrooted, with logins, filtering its own bounces. The host and the sink are shared, each test has a Postfix of its own.</summary>
public sealed class PostfixArrangementTests(MailSetup setup) : IClassFixture<MailSetup>
{
    // Neither queue id nor name of the MTA nor anything else that is not in the message.
    private const string NoMacros =
        "milter_connect_macros =\nmilter_helo_macros =\nmilter_mail_macros =\nmilter_rcpt_macros =\nmilter_data_macros =\nmilter_end_of_header_macros =\nmilter_end_of_data_macros =\n";

    private string Milter => $"unix:{setup.Folder}/s";

    [Fact]
    public async Task Mail_is_signed_where_smtpd_and_cleanup_are_chrooted_as_Debian_has_them()
    {
        Machine.Require("/usr/lib/postfix/configure-instance.sh");
        // The smtpd in its root reaches the one socket, cleanup in its root finds the name of the other.
        var port = Machine.FreePort();
        await using var postfix = await PostfixInstance.StartAsync("unix:/filterhost/s", setup.Sink.Port, string.Create(CultureInfo.InvariantCulture, $"non_smtpd_milters = inet:localhost:{port}"), chroot: "y");
        var folder = Directory.CreateDirectory(Path.Combine(postfix.QueueFolder, "filterhost"));
        var settings = setup.Settings.Replace(Milter, $"unix:{folder.FullName}/s", StringComparison.Ordinal)
            + string.Create(CultureInfo.InvariantCulture, $"[[listener]]\nsocket = \"inet:{port}@localhost\"\nfilters = [\"verify\", \"sign\"]\n");
        await using var host = await FilterHostProcess.StartAsync(setup.Folder, settings);
        var (bySmtp, bySendmail) = (MailSetup.Marker(), MailSetup.Marker());
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(bySmtp)), StringComparison.Ordinal);
        await postfix.SubmitAsync(MailSetup.Message(bySendmail).ReplaceLineEndings("\n"));
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(bySmtp)).Message, setup.Records));
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(bySendmail)).Message, setup.Records));
        Assert.All(new[] { "smtpd", "cleanup" }, program => Assert.Equal([postfix.QueueFolder], postfix.RootsOf(program).Distinct()));
    }

    [Fact]
    public async Task Mail_of_a_client_that_has_logged_in_is_signed_wherever_it_is_and_no_other_from_there()
    {
        Machine.Require(Swaks.Program, "/usr/sbin/saslpasswd2");
        await using var postfix = await PostfixInstance.StartAsync(Milter, setup.Sink.Port, "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_local_domain = mx.example.net");
        // Read by each smtpd as it starts, from Postfix's own folder, as Debian has it.
        var sasl = Directory.CreateDirectory(Path.Combine(postfix.ConfigurationFolder, "sasl")).FullName;
        await File.WriteAllTextAsync(Path.Combine(sasl, "smtpd.conf"), $"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {sasl}/db\nmech_list: PLAIN\n", TestContext.Current.CancellationToken);
        var (code, output, error) = await Machine.RunAsync("/usr/sbin/saslpasswd2", ["-c", "-p", "-f", $"{sasl}/db", "-u", "mx.example.net", "user"], "secret"u8.ToArray());
        Assert.True(code == 0, output + error);
        File.SetUnixFileMode(Path.Combine(sasl, "db"), (UnixFileMode)0x1A4);
        var (loggedIn, anonymous) = (MailSetup.Marker(), MailSetup.Marker());
        string[] outside = ["--xclient-addr", "203.0.113.9", "--xclient-name", "client.example.org"];
        await Swaks.SendAsync(postfix.Port, MailSetup.Message(loggedIn), [.. outside, "--auth", "PLAIN", "--auth-user", "user", "--auth-password", "secret"]);
        await Swaks.SendAsync(postfix.Port, MailSetup.Message(anonymous), outside);
        var signed = await setup.ReceiveAsync(loggedIn);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(signed.Message, setup.Records));
        Assert.Empty(signed.Fields("Authentication-Results"));
        var verified = await setup.ReceiveAsync(anonymous);
        Assert.Empty(verified.Fields("DKIM-Signature"));
        Assert.Equal(["mx.example.net; dkim=none"], verified.Fields("Authentication-Results"));
        await setup.Host.HasLoggedAsync("user=user@mx.example.net");
    }

    [Theory]
    [InlineData("")]
    [InlineData(NoMacros)]
    public async Task Bounces_are_signed_where_Postfix_has_them_filtered(string more)
    {
        await using var postfix = await PostfixInstance.StartAsync(Milter, setup.Sink.Port,
            "internal_mail_filter_classes = bounce\nmyorigin = example.com\ntransport_maps = inline:{ { nobody@example.net = error:5.1.1 no such user } }\n" + more);
        var marker = MailSetup.Marker();
        await postfix.SubmitAsync(MailSetup.Message(marker).ReplaceLineEndings("\n"), recipient: "nobody@example.net");
        var bounce = await setup.ReceiveAsync(marker);
        Assert.Equal("FROM:<>", bounce.From.Split(' ')[0]);
        Assert.Contains("MAILER-DAEMON", Assert.Single(bounce.Fields("From")), StringComparison.Ordinal);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(bounce.Message, setup.Records));
    }
}
