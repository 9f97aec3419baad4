using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Real and malformed mail, signed here and verified by Mail::DKIM, and the other way round, with every canonicalization. Mail::DKIM 1.20230212 knows RSA alone.</summary>
public sealed class MailDkimDifferentialTests
{
    private const string FinalCrlf = "RFC 6376 §3.4.3: \"If there is no body or no trailing CRLF on the message body, a CRLF is added.\" Mail::DKIM adds it to relaxed bodies only.";

    /// <summary>Where the two differ, and the sentence that says who is right.</summary>
    private static readonly Dictionary<string, string> Explained = new()
    {
        ["005.eml simple/simple"] = FinalCrlf,
        ["005.eml relaxed/simple"] = FinalCrlf,
        ["018.eml simple/simple"] = FinalCrlf,
        ["018.eml relaxed/simple"] = FinalCrlf,
    };

    // An octet of it is changed outside what is signed.
    private static readonly HeaderField Unsigned = HeaderField.Create("X-Unsigned", "1");

    [Fact]
    public async Task Every_signature_made_here_verifies_with_Mail_DKIM_until_a_signed_octet_is_changed()
    {
        await using var verifier = await MailDkim.StartAsync();
        var cases = new List<Case>();
        foreach (var (name, message) in ConformanceMessages.All())
        {
            foreach (var canonicalization in ConformanceMessages.Canonicalizations)
                cases.AddRange(Case.Changes($"{name} {canonicalization}", await SignAsync(message.With(Unsigned), canonicalization)));
        }
        var answers = await verifier.VerifyAsync([.. cases.Select(static entry => entry.Message)]);
        var differences = cases.Zip(answers).Where(static pair => !pair.Second.StartsWith(pair.First.Passes ? "pass" : "fail", StringComparison.Ordinal));
        AssertExplained(cases.Count, [.. differences.Select(static pair => (pair.First.Key, $"{pair.First.Change}: {pair.Second}"))]);
    }

    [Fact]
    public async Task Every_signature_of_Mail_DKIM_verifies_here_until_a_signed_octet_is_changed()
    {
        await using var signer = await MailDkim.StartAsync();
        var requests = ConformanceMessages.All().SelectMany(static entry => ConformanceMessages.Canonicalizations.Select(canonicalization =>
            (Key: $"{entry.Name} {canonicalization}", Canonicalization: canonicalization.ToString(), Message: entry.Message.With(Unsigned)))).ToList();
        var signatures = await signer.SignAsync([.. requests.Select(static request => (request.Canonicalization, request.Message))]);
        var differences = requests.Zip(signatures).Where(static pair => pair.Second.Signature is null).Select(static pair => (pair.First.Key, $"not signed: {pair.Second.Answer}")).ToList();
        var cases = requests.Zip(signatures).Where(static pair => pair.Second.Signature is not null).SelectMany(static pair => Case.Changes(pair.First.Key, pair.First.Message.With(pair.Second.Signature!))).ToList();
        foreach (var (key, change, message, passes) in cases)
        {
            foreach (var size in ConformanceMessages.ChunkSizes)
            {
                var result = await VerifyAsync(message, size);
                if (result.Outcome != (passes ? DkimOutcome.Pass : DkimOutcome.Fail))
                    differences.Add((key, $"{change}, in parts of {size}: {result.Outcome} {result.Reason}"));
            }
        }
        AssertExplained(cases.Count, differences);
    }

    /// <summary>The message signed with its body in parts of each size: the signatures are equal, since RSASSA-PKCS1-v1_5 gives one signature for one input (RFC 8017 §8.2.1).</summary>
    private static async Task<RawMessage> SignAsync(RawMessage message, CanonicalizationPair canonicalization)
    {
        var options = new DkimSigningOptions { Canonicalization = canonicalization };
        var signatures = new List<HeaderField>();
        foreach (var size in ConformanceMessages.ChunkSizes)
            signatures.AddRange(await Signing.SignAsync(message, options, size, Signing.RsaKey));
        Assert.Single(signatures.Select(static signature => signature.ToString()).Distinct());
        return message.With(signatures[0]);
    }

    private static async Task<DkimSignatureResult> VerifyAsync(RawMessage message, int chunkSize)
    {
        using var verifier = new DkimVerifier(message.Header, new DkimVerificationOptions { MaximumSignatures = 1 }, new PublicKeyCache(), TimeProvider.System);
        for (var rest = message.Body.AsMemory(); !rest.IsEmpty; rest = rest[Math.Min(chunkSize, rest.Length)..])
            verifier.AppendBody(rest[..Math.Min(chunkSize, rest.Length)].Span);
        return (await verifier.FinishAsync(Signing.Zone, TestContext.Current.CancellationToken))[0];
    }

    // An explanation that explains nothing any more fails too.
    private static void AssertExplained(int count, List<(string Key, string Text)> differences)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} cases");
        Assert.True(count >= 4000, $"only {count} cases");
        var unexplained = differences.Where(static difference => !Explained.ContainsKey(difference.Key)).Select(static difference => $"{difference.Key}: {difference.Text}").ToList();
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences in {count} cases\n{string.Join('\n', unexplained.Take(40))}");
        Assert.Equal(Explained.Keys.Order(StringComparer.Ordinal), differences.Select(static difference => difference.Key).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>A signed message, as it is or changed, and whether its signature passes.</summary>
    private sealed record Case(string Key, string Change, RawMessage Message, bool Passes)
    {
        public static IEnumerable<Case> Changes(string key, RawMessage signed) =>
        [
            new(key, "unchanged", signed, true),
            new(key, "changed unsigned field", signed.ChangeField("X-Unsigned"), true),
            new(key, "changed body", signed.ChangeBody(), false),
            new(key, "changed From", signed.ChangeField("From"), false),
        ];
    }
}
