using FilterHost.Dns;

namespace FilterHost.MailAuth.Dkim;

/// <summary>A signature that was just made, as a receiver will find it: its key may not be in DNS yet, or another one may.</summary>
public static class OwnSignature
{
    /// <summary>Looks up the key record of a signature and checks the signature with it. The body hash is believed, since the signer has it from the body itself.</summary>
    /// <param name="signature">The DKIM-Signature field.</param>
    /// <param name="header">The header section that was signed.</param>
    /// <param name="resolver">Asked for the one record.</param>
    /// <param name="cache">Imported keys.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Why a receiver will not find the signature valid, in a few words; null where it verifies.</returns>
    public static async ValueTask<string?> FindProblemAsync(HeaderField signature, HeaderSection header, IDnsResolver resolver, PublicKeyCache cache, CancellationToken cancellationToken)
    {
        var parsed = DkimSignature.Parse(signature, int.MaxValue);
        if (parsed.Problem is not null)
            return parsed.Problem;
        var answer = await resolver.ResolveAsync(parsed.KeyName!, DnsRecordType.Txt, cancellationToken);
        var lookup = KeyLookup.From(answer, parsed, cache);
        if (lookup.Keys.Count == 0)
            return lookup.Problem;
        var digest = DkimVerifier.Digest(parsed, new HeaderIndex(header));
        return lookup.Keys.Any(candidate => candidate.Key.Verifies(digest, parsed.Signature)) ? null : "key in DNS is another one";
    }
}
