using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Tests;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The example that has a virus scanner by settings alone, behind a real Postfix.</summary>
public sealed class ClamAvThroughPostfixTests
{
    [Fact]
    public async Task A_virus_is_refused_other_mail_is_delivered_and_without_the_scanner_mail_waits()
    {
        Machine.Require("/usr/sbin/postfix");
        await using var scanner = await ClamAvProcess.StartAsync();
        var folder = Directory.CreateTempSubdirectory("fhca");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var settings = (await File.ReadAllTextAsync(Path.Combine(ConformanceData.RepositoryRoot, "examples/ClamAV/filterhost.toml"), TestContext.Current.CancellationToken))
            .Replace("/run/clamav/clamav-milter.ctl", scanner.Socket, StringComparison.Ordinal)
            .Replace("/run/filterhost/in.sock", $"{folder.FullName}/s", StringComparison.Ordinal)
            .Replace("mode = \"0660\"", "mode = \"0666\"", StringComparison.Ordinal);
        await using (var host = await FilterHostProcess.StartAsync(folder.FullName, settings))
        {
            using var sink = new SmtpSink();
            await using var postfix = await PostfixInstance.StartAsync($"unix:{folder.FullName}/s", sink.Port);
            Assert.StartsWith("550 5.7.1 infected by Eicar-Test", await SendAsync(postfix, "virus", ClamAvProcess.Eicar), StringComparison.Ordinal);
            Assert.StartsWith("250", await SendAsync(postfix, "clean", "Hello"), StringComparison.Ordinal);
            var delivery = await sink.ReceiveAsync("clean", () => host.Log() + postfix.Log());
            Assert.Contains("X-Virus-Status: Clean\r\n", delivery.Text, StringComparison.Ordinal);
            var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, ["check", "--config", Path.Combine(folder.FullName, "filterhost.toml"), "--no-dns"]);
            Assert.True(code == 0, output + error);
            await scanner.StopMilterAsync();
            Assert.StartsWith("451 4.3.0", await SendAsync(postfix, "later", "Hello"), StringComparison.Ordinal);
        }
        folder.Delete(recursive: true);
    }

    private static Task<string> SendAsync(PostfixInstance postfix, string subject, string content) => SmtpClient.SendAsync(postfix.Port, $"""
        From: a@example.com
        To: b@example.net
        Subject: {subject}
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: application/octet-stream; name=a.com
        Content-Transfer-Encoding: base64

        {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(content))}
        --b--

        """.ReplaceLineEndings("\r\n"));
}
