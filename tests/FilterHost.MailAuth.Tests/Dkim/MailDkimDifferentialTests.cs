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

    [Fact]
    public async Task Every_signature_made_here_verifies_with_Mail_DKIM_until_a_signed_octet_is_changed()
    {
        await using var verifier = await MailDkim.StartAsync();
        var cases = new List<DifferentialCase>();
        foreach (var (key, canonicalization, message) in DifferentialCase.Unchanged())
            cases.AddRange(DifferentialCase.Of(key, await DifferentialCase.SignAsync(message, canonicalization, Signing.RsaKey)));
        var answers = await verifier.VerifyAsync([.. cases.Select(static entry => entry.Message)]);
        var differences = cases.Zip(answers).Where(static pair => !pair.Second.StartsWith(pair.First.Passes ? "pass" : "fail", StringComparison.Ordinal));
        DifferentialCase.AssertExplained(cases.Count, [.. differences.Select(static pair => (pair.First.Key, $"{pair.First.Change}: {pair.Second}"))], Explained);
    }

    [Fact]
    public async Task Every_signature_of_Mail_DKIM_verifies_here_until_a_signed_octet_is_changed()
    {
        await using var signer = await MailDkim.StartAsync();
        var requests = DifferentialCase.Unchanged().ToList();
        var signatures = await signer.SignAsync([.. requests.Select(static request => (request.Canonicalization.ToString(), request.Message))]);
        var differences = new List<(string, string)>();
        var count = 0;
        foreach (var ((key, _, message), (signature, answer)) in requests.Zip(signatures))
        {
            if (signature is null)
                differences.Add((key, $"not signed: {answer}"));
            else
            {
                foreach (var entry in DifferentialCase.Of(key, message.With(signature)))
                {
                    count++;
                    differences.AddRange((await entry.VerifyAsync()).Select(difference => (key, $"{entry.Change}, {difference}")));
                }
            }
        }
        DifferentialCase.AssertExplained(count, differences, Explained);
    }
}
