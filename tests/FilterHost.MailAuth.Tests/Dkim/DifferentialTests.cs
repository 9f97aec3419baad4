using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Real and malformed mail, signed here and verified by dkimpy, and the other way round, with every canonicalization and algorithm.</summary>
public sealed class DifferentialTests
{
    private static readonly SigningKey[] Keys = [Signing.RsaKey, Signing.Ed25519Key];

    [Fact]
    public async Task Every_signature_made_here_verifies_with_dkimpy()
    {
        Dkimpy.Require();
        var cases = new List<(string What, byte[] Message)>();
        foreach (var (name, message) in ConformanceMessages.All())
        {
            foreach (var canonicalization in ConformanceMessages.Canonicalizations)
            {
                foreach (var key in Keys)
                {
                    foreach (var size in ConformanceMessages.ChunkSizes)
                        cases.Add(($"{name} {canonicalization} {key.Algorithm} {size}", message.With(await Signing.SignAsync(message, new DkimSigningOptions { Canonicalization = canonicalization }, size, key)).ToOctets()));
                }
            }
        }
        var answers = await Dkimpy.VerifyAsync(cases.Select(entry => entry.Message));
        var differences = cases.Zip(answers).Where(pair => pair.Second != "True").Select(pair => $"{pair.First.What}: {pair.Second}").ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases.Count} signatures");
        Assert.True(cases.Count >= 5000, $"only {cases.Count} signatures");
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count}\n{string.Join('\n', differences.Take(40))}");
    }

    [Fact]
    public async Task Every_signature_of_dkimpy_verifies_here_and_fails_once_an_octet_is_changed()
    {
        Dkimpy.Require();
        var requests = ConformanceMessages.All().SelectMany(entry => ConformanceMessages.Canonicalizations.SelectMany(canonicalization =>
            new[] { "rsa-sha256", "ed25519-sha256" }.Select(algorithm => (entry.Name, entry.Message, Canonicalization: canonicalization, Algorithm: algorithm)))).ToList();
        var answers = await Dkimpy.SignAsync(requests.Select(request => (request.Message.ToOctets(), request.Canonicalization.ToString(), request.Algorithm)));
        var differences = new List<string>();
        var count = 0;
        foreach (var (request, answer) in requests.Zip(answers))
        {
            var what = $"{request.Name} {request.Canonicalization} {request.Algorithm}";
            if (answer.StartsWith("error", StringComparison.Ordinal))
            {
                differences.Add($"{what}: dkimpy does not sign: {answer}");
                continue;
            }
            count++;
            var signature = RawMessage.FieldOf(Convert.FromBase64String(answer));
            var signed = request.Message.With(signature);
            Expect(DkimOutcome.Pass, await VerifyAsync(signed), what);
            Expect(DkimOutcome.Fail, await VerifyAsync(signed.ChangeBody()), $"{what}, changed body");
            Expect(DkimOutcome.Fail, await VerifyAsync(signed.ChangeField("From")), $"{what}, changed From");
            Expect(DkimOutcome.Pass, await VerifyAsync(signed.With(new HeaderField("X-Later"u8.ToArray(), " 1"u8.ToArray()))), $"{what}, unsigned field added");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} signatures");
        Assert.True(count >= 1500, $"only {count} signatures");
        Assert.True(differences.Count == 0, $"{differences.Count} of {count}\n{string.Join('\n', differences.Take(40))}");

        void Expect(DkimOutcome expected, DkimSignatureResult actual, string what)
        {
            if (actual.Outcome != expected)
                differences.Add($"{what}: {actual.Outcome} {actual.Reason}, not {expected}");
        }
    }

    private static async Task<DkimSignatureResult> VerifyAsync(RawMessage message)
    {
        // dkimpy signs with the time of day.
        using var verifier = new DkimVerifier(message.Header, new DkimVerificationOptions { MaximumSignatures = 1 }, new PublicKeyCache(), new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        verifier.AppendBody(message.Body);
        return (await verifier.FinishAsync(Signing.Zone, TestContext.Current.CancellationToken))[0];
    }
}
