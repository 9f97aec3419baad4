using System.Globalization;
using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Every filter of the usual chain in a worker process of its own, behind a real Postfix, beside the same chain in one process.</summary>
public sealed partial class IsolationThroughPostfixTests(ChainSetup setup) : IClassFixture<ChainSetup>, IAsyncLifetime
{
    private const string Authorized = "203.0.113.9";
    private const string Stranger = "198.51.100.7";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhisop");
    private FilterHostProcess _host = null!;
    private PostfixInstance _postfix = null!;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x1ED);
        _host = await FilterHostProcess.StartAsync(_folder.FullName, $"""
            authserv_id = "mx.example.net"
            temp_directory = "tmp"
            [service.dns]
            plugin = "DnsResolver"
            servers = ["{setup.Names.Address}:53"]
            [filter.spf]
            plugin = "Spf"
            helo = false
            isolation = "process"
            [filter.dkim]
            plugin = "DkimVerify"
            isolation = "process"
            [filter.dmarc]
            plugin = "Dmarc"
            isolation = "process"
            [service.keys]
            plugin = "FileKeyStore"
            [[service.keys.keys]]
            domain = "example.com"
            selector = "rsa"
            file = "{setup.Key}"
            [filter.sign]
            plugin = "DkimSign"
            isolation = "process"
            [[listener]]
            socket = "unix:{_folder.FullName}/all"
            mode = "0666"
            filters = ["spf", "dkim", "dmarc", "sign"]
            """);
        _postfix = await PostfixInstance.StartAsync($"unix:{_folder.FullName}/all", setup.Sink.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _postfix.DisposeAsync();
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true, false, Authorized)]
    [InlineData(true, true, Stranger)]
    [InlineData(false, false, Stranger)]
    public async Task Judged_mail_is_delivered_with_the_same_bytes(bool isSigned, bool isChanged, string client)
    {
        var message = MailSetup.Message(MailSetup.Marker());
        if (isSigned)
            message = await setup.SignAsync(message);
        if (isChanged)
            message = message.Replace("Hello", "Hallo", StringComparison.Ordinal);
        var inHost = await ThroughAsync(setup.Fused, message, client);
        var inWorkers = await ThroughAsync(_postfix, message, client);
        Assert.Single(inHost.Fields("Authentication-Results"));
        Assert.Equal(WithoutTrace(inHost.Text), WithoutTrace(inWorkers.Text));
        Assert.DoesNotContain("X-FilterHost-", inWorkers.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Our_own_mail_is_signed()
    {
        var delivery = await ThroughAsync(_postfix, MailSetup.Message(MailSetup.Marker()), "127.0.0.1");
        Assert.Contains("d=example.com", Assert.Single(delivery.Fields("DKIM-Signature")), StringComparison.Ordinal);
        var judged = await ThroughAsync(setup.Fused, delivery.Text, Stranger);
        Assert.Contains(judged.Fields("Authentication-Results"), field => field.Contains("dkim=pass", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_that_is_killed_defers_mail_until_it_is_back()
    {
        await ThroughAsync(_postfix, MailSetup.Message(MailSetup.Marker()), Stranger);
        var worker = Worker().Match(_host.Log()).Groups[1].Value;
        await Machine.RunAsync("/bin/kill", ["-KILL", worker]);
        await _host.HasLoggedAsync(string.Create(CultureInfo.InvariantCulture, $"the worker of filter dmarc, process {worker}, was killed"));
        await Machine.UntilAsync(() => Worker().Count(_host.Log()) == 2, _host.Log);
        await ThroughAsync(_postfix, MailSetup.Message(MailSetup.Marker()), Stranger);
    }

    private async Task<SmtpSink.Delivery> ThroughAsync(PostfixInstance postfix, string message, string client)
    {
        var copy = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, $"X-Copy: {copy}\r\n{message}", client, "FROM:<a@example.com>"), StringComparison.Ordinal);
        return await setup.Sink.ReceiveAsync(copy, () => _host.Log() + _postfix.Log() + setup.Log());
    }

    private static string WithoutTrace(string message) => Trace().Replace(message, "");

    [GeneratedRegex("^(X-Copy|Received):.*\r\n([ \t].*\r\n)*", RegexOptions.Multiline)]
    private static partial Regex Trace();

    [GeneratedRegex("filter dmarc runs in process ([0-9]+)")]
    private static partial Regex Worker();
}
