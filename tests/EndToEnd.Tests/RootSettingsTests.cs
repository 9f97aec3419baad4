using System.Text.Json;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The settings at the root of the repository, as they are, where nothing was prepared.</summary>
public sealed class RootSettingsTests : IDisposable
{
    private const int Port = 8891;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhroot");

    [Fact]
    public async Task They_sign_mail_of_example_com_with_the_key_of_the_first_start_behind_the_printed_lines_of_main_cf()
    {
        Machine.Require("/usr/sbin/postfix", Swaks.Program, "/usr/bin/python3", "/usr/bin/perl", "/usr/sbin/opendkim");
        if (Machine.Accepts(Port))
            Assert.Skip("port 8891 is in use");
        await using var host = await FilterHostProcess.StartAsync(_folder.FullName, await File.ReadAllTextAsync(
            Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "filterhost.toml"), TestContext.Current.CancellationToken));
        using var sink = new SmtpSink();
        await using var postfix = await PostfixInstance.StartAsync("", sink.Port, await SayAsync("postfix"));
        var marker = MailSetup.Marker();
        await Swaks.SendAsync(postfix.Port, MailSetup.Message(marker));
        var delivery = await sink.ReceiveAsync(marker, () => host.Log() + postfix.Log());
        Assert.Contains("a=rsa-sha256; c=relaxed/simple; d=example.com; s=myselector;", Assert.Single(delivery.Fields("DKIM-Signature")), StringComparison.Ordinal);
        var records = new Dictionary<string, string> { ["myselector._domainkey.example.com"] = await RecordAsync() };
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(delivery.Message, records));
        Assert.True(Assert.Single(await Verifiers.OpenDkimAsync(delivery.Message, records)));
        Assert.Equal(["rsa-sha256 pass"], await Verifiers.MailDkimAsync(delivery.Message, records));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string> RecordAsync()
    {
        using var keys = JsonDocument.Parse(await SayAsync("keys", "dns", "--json"));
        return Assert.Single(keys.RootElement.GetProperty("keys").EnumerateArray()).GetProperty("record").GetString()!;
    }

    private async Task<string> SayAsync(params string[] command)
    {
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, [.. command, "--config", Path.Combine(_folder.FullName, "filterhost.toml")]);
        Assert.True(code == 0, output + error);
        return output;
    }
}
