using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Hosting.Pipeline;
using FilterHost.Tests;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>The filters of this project deliver the same octets and find the same in a worker as in the host.</summary>
public sealed partial class IsolationFirstPartyTests : IDisposable
{
    private static readonly string[] Chain = ["spf", "verify", "dmarc", "sign"];

    private readonly string _folder = Directory.CreateTempSubdirectory("fhisokey").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("spf verify dmarc sign")]
    [InlineData("verify")]
    [InlineData("dmarc")]
    [InlineData("spf")]
    [InlineData("sign")]
    public async Task Signing_and_judging_are_the_same_whichever_of_the_filters_are_in_workers(string isolated)
    {
        using var key = RSA.Create(2048);
        var signed = await SignedAsync(key);
        var messages = Messages(signed);
        Assert.True(messages.Count > 25, "the messages of the conformance data are missing");
        var inHost = await RunAsync(key, [], messages);
        Assert.Contains(inHost, line => line.Contains("dkim=pass", StringComparison.Ordinal));
        Assert.Contains(inHost, line => line.Contains("dmarc=pass", StringComparison.Ordinal));
        Assert.Contains(inHost, line => line.Contains("note (sign, signed", StringComparison.Ordinal));
        Assert.Equal(inHost, await RunAsync(key, isolated.Split(' '), messages));
    }

    private static List<MessageInput> Messages(byte[] signed)
    {
        var outside = IsolationHost.Mail with { ClientAddress = IPAddress.Parse("192.0.2.1"), ReversePath = "<a@example.com>", Recipients = ["<b@example.net>"] };
        var messages = new List<MessageInput> { outside with { Message = signed }, outside with { Message = signed.Append((byte)'x').ToArray() } };
        foreach (var folder in new[] { "malformed", "spamassassin" })
        {
            var files = Directory.GetFiles(Path.Combine(ConformanceData.Folder("messages"), folder)).Order(StringComparer.Ordinal).Take(15);
            messages.AddRange(files.Select(file => outside with { Message = WireMessage.ToWireLines(File.ReadAllBytes(file)) }));
        }
        // Our own mail, which is signed.
        messages.Add(outside with { Message = WireMessage.ToWireLines("From: a@example.com\nTo: b@example.net\nSubject: ours\n\nhello\n"u8.ToArray()), ClientAddress = IPAddress.Loopback });
        return messages;
    }

    private async Task<byte[]> SignedAsync(RSA key)
    {
        await using var host = await StartAsync(key, []);
        var output = await host.SendAsync(IsolationHost.Mail with { ClientAddress = IPAddress.Loopback });
        Assert.Contains("DKIM-Signature", Encoding.ASCII.GetString(output.Message.Span), StringComparison.Ordinal);
        return output.Message.ToArray();
    }

    private async Task<List<string>> RunAsync(RSA key, string[] isolated, List<MessageInput> messages)
    {
        await using var host = await StartAsync(key, isolated);
        var lines = new List<string>();
        for (var number = 0; number < messages.Count; number++)
        {
            var output = await host.SendAsync(messages[number]);
            lines.Add($"message {number}: {output.Reply.Kind} {output.Reply.SmtpReply} {output.Outcome}");
            lines.AddRange(output.Results.Select(result => ListTypes().Replace((result with { Provenance = default }).ToString(), "list")));
            // Those of a worker come at the end of the message.
            lines.AddRange(output.Notes.Select(note => $"note {note}").Order(StringComparer.Ordinal));
            lines.Add(TimeAndSignature().Replace(Encoding.Latin1.GetString(output.Message.Span), "$1"));
        }
        return lines;
    }

    private Task<IsolationHost> StartAsync(RSA key, string[] isolated)
    {
        var file = Path.Combine(_folder, "key");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path.Combine(_folder, "zone"), $"""
            s._domainkey.example.com. TXT "v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}"
            example.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"
            _dmarc.example.com. TXT "v=DMARC1; p=reject"

            """);
        var tables = $"""
            [service.dns]
            plugin = "ZoneFileResolver"
            file = "{_folder}/zone"
            [service.keys]
            plugin = "FileKeyStore"
            [[service.keys.keys]]
            domain = "example.com"
            selector = "s"
            file = "{file}"
            [filter.spf]
            plugin = "Spf"
            {Isolation("spf")}
            [filter.verify]
            plugin = "DkimVerify"
            {Isolation("verify")}
            [filter.dmarc]
            plugin = "Dmarc"
            {Isolation("dmarc")}
            [filter.sign]
            plugin = "DkimSign"
            {Isolation("sign")}
            """;
        return IsolationHost.StartAsync(tables, Chain);

        string Isolation(string filter) => isolated.Contains(filter) ? "isolation = \"process\"" : "";
    }

    [GeneratedRegex(@"(<>z__|System\.Collections\.|System\.String\[)[^ ,]+")]
    private static partial Regex ListTypes();

    // The time of signing, and what follows from it.
    [GeneratedRegex(@"([ \t;](t|b)=)[^;\r\n]*(\r\n[ \t][^;\r\n]*)*")]
    private static partial Regex TimeAndSignature();
}
