using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>
/// A week of mail in some minutes: OpenDKIM signs and verifies on a real Postfix, FilterHost observes behind it with the settings that <c>import</c> makes of the same opendkim.conf, and
/// <c>compare</c> says where they differed. 300 messages; 10,000 where FILTERHOST_LONG is set.
/// </summary>
public sealed class WeekOfMailTests : IAsyncLifetime
{
    private const string Outside = "203.0.113.9";
    private const int Clients = 6;

    /// <summary>All that differs: the kind of message, what differs, the word in front, ours, and why that is right.</summary>
    private static readonly (string Mail, string What, string? Theirs, string? Ours, string Why)[] Explained =
    [
        ("missing", "dkim", "fail", "permerror", "RFC 6376 §6.1.2: no key is PERMFAIL, permerror of RFC 8601 §2.7.1"),
        ("revoked", "dkim", "fail", "permerror", "RFC 6376 §6.1.2: a revoked key is PERMFAIL"),
        ("strict-identity", "dkim", "fail", "permerror", "RFC 6376 §6.1.2: a key that is not applicable (t=s) is PERMFAIL"),
        ("repeated-tag", "dkim", "fail", "permerror", "RFC 6376 §3.2: a list that repeats a tag is invalid as a whole"),
        ("no-record", "dkim", "temperror", "permerror", "RFC 6376 §6.1.2: a record that cannot be read as one is PERMFAIL"),
        ("nonsense", "dkim", "-", "permerror", "RFC 6376 §6.1.1: a field that is no list of tags is PERMFAIL; OpenDKIM says that there is no signature"),
        ("sha1", "dkim", "pass", "permerror", "RFC 8301 §3.1: rsa-sha1 is never valid"),
        ("weak", "dkim", "policy", "permerror", "RFC 8301 §3.2: 768 bits are never valid"),
        ("five", "dkim", "neutral", "policy", "the fourth signature, beyond the maximum in both"),
        ("five", "dkim", "neutral", "-", "the fifth, which is in the same result of ours"),
        ("forwarded", "origin", "judged", "internal", "OpenDKIM verifies mail of internal clients that it does not sign"),
        ("ours-two-authors", "signature", "signed", "-", "whose mail it is depends on who reads it; import says so"),
    ];

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(40);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhwk");
    private readonly List<IAsyncDisposable> _running = [];
    private readonly ConcurrentDictionary<string, string> _kinds = new();
    private FilterHostProcess _host = null!;
    private PostfixInstance _postfix = null!;

    private static int Messages => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("FILTERHOST_LONG")) ? 300 : 10_000;

    [Fact]
    public async Task OpenDKIM_and_FilterHost_do_the_same_with_a_week_of_mail_but_for_what_is_explained()
    {
        var clock = Stopwatch.StartNew();
        await SendAllAsync();
        await Machine.UntilAsync(() => Observed().Count >= Messages, () => $"{Observed().Count} of {Messages} messages in the log\n{_postfix.Log()}");
        var log = PathOf("log");
        await File.WriteAllTextAsync(log, _host.Log(), TestContext.Current.CancellationToken);
        TestContext.Current.SendDiagnosticMessage($"{Messages} messages in {clock.Elapsed}");
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, ["compare", "--all", "--json", log]);
        Assert.True(code is 0 or 65 && error.Length == 0, error);
        using var comparison = JsonDocument.Parse(output);
        var root = comparison.RootElement;
        Assert.Equal((Messages, 0, 0), (root.GetProperty("messages").GetInt32(), root.GetProperty("unreadable").GetInt32(), root.GetProperty("aborted").GetInt32()));
        Assert.Equal(["dkim"], root.GetProperty("methods").EnumerateArray().Select(method => method.GetString()));
        var found = root.GetProperty("differences").EnumerateArray().GroupBy(KindOf).Select(group => $"{group.Key}").Order(StringComparer.Ordinal).ToArray();
        var expected = Explained.Select(row => $"{(row.Mail, row.What, row.Theirs, row.Ours)}").Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(found), $"not explained:\n{string.Join('\n', found.Except(expected))}\nnot found:\n{string.Join('\n', expected.Except(found))}\n{(await Machine.RunAsync(FilterHostProcess.Program, ["compare", log])).Out}");
    }

    public async ValueTask InitializeAsync()
    {
        Machine.Require("/usr/sbin/postfix", "/usr/bin/openssl", "/usr/bin/python3", "/usr/sbin/opendkim", "/usr/sbin/nsd");
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x1ED);
        var names = Started(await NameServer.StartAsync(await ZoneAsync()));
        var settings = await OpenDkimSettingsAsync(names);
        var opendkim = Started(await OpenDkimProcess.StartAsync(settings));
        _host = Started(await FilterHostProcess.StartAsync(_folder.FullName, await ImportedAsync(settings)));
        _postfix = Started(await PostfixInstance.StartAsync($"unix:{opendkim.Socket}, unix:{PathOf("s")}", Machine.FreePort(), "relay_transport = discard:\ndefault_transport = discard:"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
            await running.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<string> OpenDkimSettingsAsync(NameServer names)
    {
        await File.WriteAllTextAsync(PathOf("KeyTable"), $"""
            one example.com:rsa:{PathOf("rsa.pem")}
            sub %:rsa:{PathOf("rsa.pem")}

            """);
        await File.WriteAllTextAsync(PathOf("SigningTable"), """
            boss@example.com one:boss@example.com
            *@example.com one
            *@sub.example.com sub
            *@ed.example.com sub

            """);
        return $"""
            Mode sv
            KeyTable {PathOf("KeyTable")}
            SigningTable refile:{PathOf("SigningTable")}
            Canonicalization relaxed/simple
            OversignHeaders From
            AlwaysAddARHeader yes
            AuthservID mx.example.net
            Nameservers {names.Address}
            """;
    }

    // What an administrator does: import, and let it observe.
    private async Task<string> ImportedAsync(string settings)
    {
        await File.WriteAllTextAsync(PathOf("opendkim.conf"), $"{settings}\nInternalHosts 127.0.0.1\nRequireSafeKeys no\nUserID root\nUMask 000\nSocket local:{PathOf("s")}\n");
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, ["import", "opendkim", PathOf("opendkim.conf")]);
        Assert.True(code == 0, error);
        return $"{output}\nobserve = true\n";
    }

    private async Task<string> ZoneAsync()
    {
        var rsa = await KeyAsync("rsa", "RSA", "rsa_keygen_bits:2048");
        var weak = await KeyAsync("weak", "RSA", "rsa_keygen_bits:768");
        var other = await KeyAsync("other", "RSA", "rsa_keygen_bits:1024");
        // RFC 8463 §4: p= is the 32 octets of the key, the last of its SubjectPublicKeyInfo.
        var ed = Convert.ToBase64String(Convert.FromBase64String(await KeyAsync("ed", "ed25519"))[^32..]);
        var signers = new[] { "example.org", "list.example.org", "a.example.org", "b.example.org", "c.example.org", "example.com", "sub.example.com", "ed.example.com" };
        return string.Join('\n', (string[])[
            .. signers.Select(domain => $"rsa._domainkey.{domain}. TXT {Texts($"v=DKIM1; k=rsa; p={rsa}")}"),
            $"ed._domainkey.example.org. TXT {Texts($"v=DKIM1; k=ed25519; p={ed}")}",
            "revoked._domainkey.example.org. TXT \"v=DKIM1; p=\"",
            "text._domainkey.example.org. TXT \"no record\"",
            $"other._domainkey.example.org. TXT {Texts($"v=DKIM1; p={other}")}",
            $"testing._domainkey.example.org. TXT {Texts($"v=DKIM1; t=y; p={rsa}")}",
            $"strict._domainkey.example.org. TXT {Texts($"v=DKIM1; t=s; p={rsa}")}",
            $"weak._domainkey.example.org. TXT {Texts($"v=DKIM1; p={weak}")}"]);
    }

    // A character-string has at most 255 octets (RFC 1035 §3.3).
    private static string Texts(string record) => string.Join(' ', record.Chunk(200).Select(part => $"\"{new string(part)}\""));

    private async Task<string> KeyAsync(string name, string algorithm, params string[] options)
    {
        var (code, _, error) = await Machine.RunAsync("/usr/bin/openssl", ["genpkey", "-algorithm", algorithm, .. options.SelectMany(option => new[] { "-pkeyopt", option }), "-out", PathOf($"{name}.pem")]);
        Assert.True(code == 0, error);
        var (_, publicKey, _) = await Machine.RunAsync("/usr/bin/openssl", ["pkey", "-in", PathOf($"{name}.pem"), "-pubout"]);
        return string.Concat(publicKey.Split('\n').Where(line => !line.StartsWith('-')));
    }

    // Messages are sent while further ones are signed.
    private async Task SendAllAsync()
    {
        var queues = new[] { Channel.CreateBounded<Mail>(100), Channel.CreateBounded<Mail>(100) };
        var senders = Enumerable.Range(0, Clients).Select(i => SendAsync(queues[i % 2].Reader, isOutside: i % 2 == 1)).ToArray();
        var script = Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "tests/EndToEnd.Tests/week-of-mail.py");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, Messages.ToString(CultureInfo.InvariantCulture), _folder.FullName]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var mail = JsonSerializer.Deserialize<Mail>(line, JsonSerializerOptions.Web)!;
            await queues[mail.Outside ? 1 : 0].Writer.WriteAsync(mail, TestContext.Current.CancellationToken).AsTask().WaitAsync(Machine.Patience);
        }
        foreach (var queue in queues)
            queue.Writer.Complete();
        await Task.WhenAll(senders).WaitAsync(Long);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private async Task SendAsync(ChannelReader<Mail> queue, bool isOutside)
    {
        await using var client = await SmtpClient.ConnectAsync(_postfix.Port);
        await client.SayAsync("EHLO client.example.org");
        if (isOutside)
        {
            await client.SayAsync($"XCLIENT ADDR={Outside} NAME=client.example.org");
            await client.SayAsync("EHLO client.example.org");
        }
        await foreach (var mail in queue.ReadAllAsync())
        {
            await client.SayAsync($"MAIL FROM:<{mail.Sender}>");
            foreach (var recipient in mail.Recipients)
                await client.SayAsync($"RCPT TO:<{recipient}>");
            Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
            var reply = await client.SayAsync(mail.Message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".");
            // 250 2.0.0 Ok: queued as 4ABCDE
            Assert.True(reply.StartsWith("250", StringComparison.Ordinal), $"{mail.Kind}: {reply}");
            _kinds[reply.Split(' ')[^1]] = mail.Kind;
        }
    }

    private List<string> Observed() => [.. _host.Log().Split('\n').Where(line => line.Contains(": observed {", StringComparison.Ordinal))];

    private (string Mail, string What, string? Theirs, string? Ours) KindOf(JsonElement difference) =>
        (_kinds[difference.GetProperty("queue_id").GetString()!], difference.GetProperty("kind").GetString()!, difference.GetProperty("theirs").GetString(), difference.GetProperty("ours").GetString());

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private T Started<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }

    private sealed record Mail(string Kind, bool Outside, string Sender, IReadOnlyList<string> Recipients, string Message);
}
