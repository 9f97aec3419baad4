using System.Diagnostics;
using System.Text.Json;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>dkimpy in a process of its own: it is given requests line by line and answers them in order.</summary>
internal static class Dkimpy
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import sys, json, base64, dkim
        setup = json.loads(sys.stdin.readline())
        records = {name: text.encode() for name, text in setup['records'].items()}
        keys = {algorithm: key.encode() for algorithm, key in setup['keys'].items()}
        def txt(name, timeout=5):
            return records.get((name.decode() if isinstance(name, bytes) else name).rstrip('.'))
        for line in sys.stdin:
            request = json.loads(line)
            message = base64.b64decode(request['message'])
            try:
                if 'algorithm' in request:
                    algorithm = request['algorithm']
                    header, body = request['canonicalization'].split('/')
                    selector = b'ed' if algorithm.startswith('ed') else b'rsa'
                    answer = base64.b64encode(dkim.sign(message, selector, b'example.com', keys[algorithm], canonicalize=(header.encode(), body.encode()), signature_algorithm=algorithm.encode())).decode()
                else:
                    answer = str(dkim.DKIM(message).verify(dnsfunc=txt))
            except Exception as error:
                # The one way to fail that dkimpy raises.
                answer = 'False' if str(error).startswith('body hash mismatch') else 'error: ' + str(error)
            print(json.dumps(answer))
        """;

    /// <summary>Skips the test where dkimpy is absent; fails it where CI is set.</summary>
    public static void Require()
    {
        var isThere = File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/dkim") && Directory.Exists("/usr/lib/python3/dist-packages/nacl");
        Assert.True(isThere || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "dkimpy is missing: python3-dkim and python3-nacl");
        if (!isThere)
            Assert.Skip("dkimpy is missing: python3-dkim and python3-nacl");
    }

    /// <summary>Whether dkimpy verifies the topmost signature of each message: True, False or an error.</summary>
    public static Task<List<string>> VerifyAsync(IEnumerable<byte[]> messages) =>
        AskAsync(messages.Select(message => (object)new Dictionary<string, string> { ["message"] = Convert.ToBase64String(message) }));

    /// <summary>dkimpy's signature field for each message, in base64, or an error.</summary>
    public static Task<List<string>> SignAsync(IEnumerable<(byte[] Message, string Canonicalization, string Algorithm)> messages) =>
        AskAsync(messages.Select(message => (object)new Dictionary<string, string>
        {
            ["message"] = Convert.ToBase64String(message.Message),
            ["canonicalization"] = message.Canonicalization,
            ["algorithm"] = message.Algorithm,
        }));

    private static async Task<List<string>> AskAsync(IEnumerable<object> requests)
    {
        var setup = new Dictionary<string, object>
        {
            ["records"] = new Dictionary<string, string>
            {
                ["rsa._domainkey.example.com"] = "v=DKIM1; p=" + Signing.RsaPublic,
                ["ed._domainkey.example.com"] = "v=DKIM1; k=ed25519; p=" + Signing.Ed25519Public,
            },
            ["keys"] = new Dictionary<string, string> { ["rsa-sha256"] = Signing.RsaPrivatePem, ["ed25519-sha256"] = Signing.Ed25519Seed },
        };
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var writing = Task.Run(async () =>
        {
            foreach (var request in requests.Prepend(setup))
                await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
            process.StandardInput.Close();
        });
        var answers = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            answers.Add(JsonSerializer.Deserialize<string>(line)!);
        await writing;
        Assert.True(answers.Count > 0, await error);
        return answers;
    }
}
