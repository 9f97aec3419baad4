using System.Text.Json;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>Other implementations that say whether the signatures of a message verify, each signature by itself.</summary>
internal static class Verifiers
{
    private const string Dkimpy = """
        import sys, json, dkim
        records = json.loads(sys.argv[1])
        message = sys.stdin.buffer.read()
        def txt(name, timeout=5):
            return records.get((name.decode() if isinstance(name, bytes) else name).rstrip('.').lower(), '').encode() or None
        count = sum(1 for line in message.split(b'\r\n\r\n')[0].split(b'\r\n') if line.lower().startswith(b'dkim-signature:'))
        def one(index):
            d = dkim.DKIM(message)
            try:
                return d.verify(idx=index, dnsfunc=txt)
            except dkim.DKIMException as error:
                return str(error)
        print(json.dumps([str(one(i)) for i in range(count)]))
        """;

    private const string DkimpySign = """
        import sys, base64, dkim
        domain, selector, key, algorithm, length = sys.argv[1:6]
        message = sys.stdin.buffer.read()
        private = open(key, 'rb').read()
        if algorithm == 'ed25519-sha256':
            # dkimpy wants the seed alone, the last 32 octets of PKCS #8.
            private = base64.b64encode(base64.b64decode(b''.join(private.splitlines()[1:-1]))[-32:])
        signature = dkim.sign(message, selector.encode(), domain.encode(), private, signature_algorithm=algorithm.encode(), canonicalize=(b'relaxed', b'relaxed'), length=length == 'l')
        sys.stdout.buffer.write(signature + message)
        """;

    private const string MailDkim = """
        use strict; use Mail::DKIM::Verifier; use JSON::PP;
        my %records = %{ decode_json($ARGV[0]) };
        { no warnings; *Mail::DKIM::DNS::query = sub { my ($name, $type) = @_; my $text = $records{lc $name} or return (); return (bless { text => $text }, 'Fixed'); }; }
        package Fixed; sub type { 'TXT' } sub char_str_list { ($_[0]{text}) } sub txtdata { $_[0]{text} }
        package main;
        my $verifier = Mail::DKIM::Verifier->new();
        binmode STDIN; local $/; $verifier->PRINT(<STDIN>); $verifier->CLOSE;
        print encode_json([ map { $_->algorithm . ' ' . $_->result } $verifier->signatures ]);
        """;

    /// <summary>dkimpy's word for each signature, top to bottom: True, or why not.</summary>
    public static async Task<string[]> DkimpyAsync(byte[] message, IReadOnlyDictionary<string, string> records) =>
        JsonSerializer.Deserialize<string[]>(await RunAsync("/usr/bin/python3", ["-c", Dkimpy, JsonSerializer.Serialize(records)], message))!;

    /// <summary>Mail::DKIM's word for each signature: algorithm and result.</summary>
    public static async Task<string[]> MailDkimAsync(byte[] message, IReadOnlyDictionary<string, string> records) =>
        JsonSerializer.Deserialize<string[]>(await RunAsync("/usr/bin/perl", ["-e", MailDkim, JsonSerializer.Serialize(records)], message))!;

    /// <summary>OpenDKIM's word for each signature, top to bottom, each with the other signatures taken out: true where it verifies.</summary>
    public static async Task<bool[]> OpenDkimAsync(byte[] message, IReadOnlyDictionary<string, string> records)
    {
        var folder = Directory.CreateTempSubdirectory("fhod");
        try
        {
            var path = (string name) => Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(path("keys"), string.Concat(records.Select(record => $"{record.Key} {record.Value.Replace("; ", ";", StringComparison.Ordinal)}\n")));
            await File.WriteAllTextAsync(path("conf"), $"Mode v\nSyslog no\nTestPublicKeys {path("keys")}\n");
            var verdicts = new List<bool>();
            foreach (var single in EachSignature(message))
            {
                await File.WriteAllBytesAsync(path("message"), single);
                var (_, output, error) = await Machine.RunAsync("/usr/sbin/opendkim", ["-x", path("conf"), "-t", path("message"), "-v"]);
                verdicts.Add((output + error).Contains("verification", StringComparison.Ordinal) && (output + error).Contains("succeeded", StringComparison.Ordinal));
            }
            return [.. verdicts];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The message once for each signature, with that one alone.</summary>
    private static IEnumerable<byte[]> EachSignature(byte[] message)
    {
        var text = System.Text.Encoding.Latin1.GetString(message);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var fields = System.Text.RegularExpressions.Regex.Split(text[..end], "\r\n(?![ \t])");
        foreach (var kept in fields.Where(IsSignature))
            yield return System.Text.Encoding.Latin1.GetBytes(string.Join("\r\n", fields.Where(field => field == kept || !IsSignature(field))) + text[end..]);

        static bool IsSignature(string field) => field.StartsWith("DKIM-Signature:", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The message with a signature by dkimpy, with l= where that is asked for.</summary>
    public static async Task<string> SignWithDkimpyAsync(string message, string domain, string selector, string key, string algorithm = "rsa-sha256", bool hasLength = false)
    {
        var (code, output, error) = await Machine.RunAsync("/usr/bin/python3", ["-c", DkimpySign, domain, selector, key, algorithm, hasLength ? "l" : ""], System.Text.Encoding.UTF8.GetBytes(message));
        Assert.True(code == 0, error);
        return output;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, byte[] input)
    {
        var (code, output, error) = await Machine.RunAsync(program, arguments, input);
        Assert.True(code == 0, output + error);
        return output;
    }
}
