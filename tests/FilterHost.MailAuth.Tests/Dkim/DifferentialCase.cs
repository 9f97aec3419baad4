using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>A signed message, as it is or with one octet changed, and whether its topmost signature passes.</summary>
internal sealed record DifferentialCase(string Key, string Change, RawMessage Message, bool Passes)
{
    private static readonly HeaderField Unsigned = HeaderField.Create("X-Unsigned", "1");

    /// <summary>All conformance messages, to be signed with each canonicalization. A field that nobody signs is on top.</summary>
    public static IEnumerable<(string Key, CanonicalizationPair Canonicalization, RawMessage Message)> Unchanged() =>
        ConformanceMessages.All().SelectMany(static entry => ConformanceMessages.Canonicalizations.Select(canonicalization =>
            ($"{entry.Name} {canonicalization}", canonicalization, entry.Message.With(Unsigned))));

    /// <summary>The cases that a signed message makes.</summary>
    public static IEnumerable<DifferentialCase> Of(string key, RawMessage signed) =>
    [
        new(key, "unchanged", signed, true),
        new(key, "changed unsigned field", signed.ChangeField("X-Unsigned"), true),
        new(key, "changed body", signed.ChangeBody(), false),
        new(key, "changed From", signed.ChangeField("From"), false),
    ];

    /// <summary>The message signed with its body in parts of each size: the signatures are equal, since both algorithms give one signature for one input (RFC 8017 §8.2.1, RFC 8032 §5.1.6).</summary>
    public static async Task<RawMessage> SignAsync(RawMessage message, CanonicalizationPair canonicalization, SigningKey key)
    {
        var options = new DkimSigningOptions { Canonicalization = canonicalization };
        var signatures = new List<HeaderField>();
        foreach (var size in ConformanceMessages.ChunkSizes)
            signatures.AddRange(await Signing.SignAsync(message, options, size, key));
        Assert.Single(signatures.Select(static signature => signature.ToString()).Distinct());
        return message.With(signatures[0]);
    }

    /// <summary>What is verified otherwise here than expected, with the body in parts of each size.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync()
    {
        var differences = new List<string>();
        foreach (var size in ConformanceMessages.ChunkSizes)
        {
            // The others sign with the time of day.
            using var verifier = new DkimVerifier(Message.Header, new DkimVerificationOptions { MaximumSignatures = 1 }, new PublicKeyCache(), TimeProvider.System);
            for (var rest = Message.Body.AsMemory(); !rest.IsEmpty; rest = rest[Math.Min(size, rest.Length)..])
                verifier.AppendBody(rest[..Math.Min(size, rest.Length)].Span);
            var result = (await verifier.FinishAsync(Signing.Zone, TestContext.Current.CancellationToken))[0];
            if (result.Outcome != (Passes ? DkimOutcome.Pass : DkimOutcome.Fail))
                differences.Add($"in parts of {size}: {result.Outcome} {result.Reason}");
        }
        return differences;
    }

    /// <summary>Fails where a difference has no explanation, and where an explanation explains nothing any more.</summary>
    public static void AssertExplained(int count, IReadOnlyList<(string Key, string Text)> differences, IReadOnlyDictionary<string, string> explained)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} cases");
        Assert.True(count >= 4000, $"only {count} cases");
        var unexplained = differences.Where(difference => !explained.ContainsKey(difference.Key)).Select(static difference => $"{difference.Key}: {difference.Text}").ToList();
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences in {count} cases\n{string.Join('\n', unexplained.Take(40))}");
        Assert.Equal(explained.Keys.Order(StringComparer.Ordinal), differences.Select(static difference => difference.Key).Distinct().Order(StringComparer.Ordinal));
    }
}
