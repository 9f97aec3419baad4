using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Real and malformed mail, signed here and verified by Mail::DKIM, and the other way round, with every canonicalization. The two do not differ. Mail::DKIM 1.20230212 knows RSA alone.</summary>
public sealed class MailDkimDifferentialTests
{
    // An octet of it is changed outside what is signed.
    private static readonly HeaderField Unsigned = HeaderField.Create("X-Unsigned", "1");

    [Fact]
    public async Task Every_signature_made_here_verifies_with_Mail_DKIM_until_a_signed_octet_is_changed()
    {
        await using var verifier = await MailDkim.StartAsync();
        var cases = new List<(string What, RawMessage Message, bool Passes)>();
        foreach (var (name, message) in ConformanceMessages.All())
        {
            foreach (var canonicalization in ConformanceMessages.Canonicalizations)
                cases.AddRange(Changes($"{name} {canonicalization}", await SignAsync(message.With(Unsigned), canonicalization)));
        }
        var answers = await verifier.VerifyAsync([.. cases.Select(static entry => entry.Message)]);
        AssertNone(cases.Count, [.. cases.Zip(answers).Where(static pair => !pair.Second.StartsWith(pair.First.Passes ? "pass" : "fail", StringComparison.Ordinal)).Select(static pair => $"{pair.First.What}: {pair.Second}")]);
    }

    [Fact]
    public async Task Every_signature_of_Mail_DKIM_verifies_here_until_a_signed_octet_is_changed()
    {
        await using var signer = await MailDkim.StartAsync();
        var requests = ConformanceMessages.All().SelectMany(static entry => ConformanceMessages.Canonicalizations.Select(canonicalization =>
            (What: $"{entry.Name} {canonicalization}", Canonicalization: canonicalization.ToString(), Message: entry.Message.With(Unsigned)))).ToList();
        var signatures = await signer.SignAsync([.. requests.Select(static request => (request.Canonicalization, request.Message))]);
        var differences = new List<string>();
        foreach (var (request, (signature, answer)) in requests.Zip(signatures))
        {
            if (signature is null)
            {
                differences.Add($"{request.What}: not signed: {answer}");
                continue;
            }
            foreach (var (what, message, passes) in Changes(request.What, request.Message.With(signature)))
            {
                foreach (var size in ConformanceMessages.ChunkSizes)
                {
                    var result = await VerifyAsync(message, size);
                    if (result.Outcome != (passes ? DkimOutcome.Pass : DkimOutcome.Fail))
                        differences.Add($"{what}, in parts of {size}: {result.Outcome} {result.Reason}");
                }
            }
        }
        AssertNone(requests.Count, differences);
    }

    private static IEnumerable<(string What, RawMessage Message, bool Passes)> Changes(string what, RawMessage signed) =>
    [
        (what, signed, true),
        ($"{what}, changed unsigned field", signed.ChangeField("X-Unsigned"), true),
        ($"{what}, changed body", signed.ChangeBody(), false),
        ($"{what}, changed From", signed.ChangeField("From"), false),
    ];

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

    private static void AssertNone(int count, List<string> differences)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} cases");
        Assert.True(count >= 900, $"only {count} cases");
        Assert.True(differences.Count == 0, $"{differences.Count} differences in {count} cases\n{string.Join('\n', differences.Take(40))}");
    }
}
