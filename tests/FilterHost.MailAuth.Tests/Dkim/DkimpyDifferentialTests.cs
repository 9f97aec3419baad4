using FilterHost.Keys;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Real and malformed mail, signed here and verified by dkimpy, and the other way round, with every canonicalization and algorithm. The two do not differ.</summary>
public sealed class DkimpyDifferentialTests
{
    private static readonly (SigningKey Key, string Algorithm)[] Keys = [(Signing.RsaKey, "rsa-sha256"), (Signing.Ed25519Key, "ed25519-sha256")];

    private static readonly Dictionary<string, string> Explained = [];

    [Fact]
    public async Task Every_signature_made_here_verifies_with_dkimpy_until_a_signed_octet_is_changed()
    {
        Dkimpy.Require();
        var cases = new List<DifferentialCase>();
        foreach (var (key, canonicalization, message) in DifferentialCase.Unchanged())
        {
            foreach (var (signingKey, algorithm) in Keys)
                cases.AddRange(DifferentialCase.Of($"{key} {algorithm}", await DifferentialCase.SignAsync(message, canonicalization, signingKey)));
        }
        var answers = await Dkimpy.VerifyAsync(cases.Select(static entry => entry.Message.ToOctets()));
        var differences = cases.Zip(answers).Where(static pair => pair.Second != (pair.First.Passes ? "True" : "False"));
        DifferentialCase.AssertExplained(cases.Count, [.. differences.Select(static pair => (pair.First.Key, $"{pair.First.Change}: {pair.Second}"))], Explained);
    }

    [Fact]
    public async Task Every_signature_of_dkimpy_verifies_here_until_a_signed_octet_is_changed()
    {
        Dkimpy.Require();
        var requests = DifferentialCase.Unchanged().SelectMany(static entry => Keys.Select(key => (Key: $"{entry.Key} {key.Algorithm}", entry.Canonicalization, entry.Message, key.Algorithm))).ToList();
        var answers = await Dkimpy.SignAsync(requests.Select(static request => (request.Message.ToOctets(), request.Canonicalization.ToString(), request.Algorithm)));
        var differences = new List<(string, string)>();
        var count = 0;
        foreach (var (request, answer) in requests.Zip(answers))
        {
            if (answer.StartsWith("error", StringComparison.Ordinal))
            {
                differences.Add((request.Key, $"not signed: {answer}"));
                continue;
            }
            foreach (var entry in DifferentialCase.Of(request.Key, request.Message.With(RawMessage.FieldOf(Convert.FromBase64String(answer)))))
            {
                count++;
                differences.AddRange((await entry.VerifyAsync()).Select(difference => (request.Key, $"{entry.Change}, {difference}")));
            }
        }
        DifferentialCase.AssertExplained(count, differences, Explained);
    }
}
