using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>The words of <c>a=</c> and <c>k=</c> for the algorithms.</summary>
internal static class SignatureAlgorithmName
{
    public static string Of(SigningAlgorithm algorithm) => algorithm == SigningAlgorithm.RsaSha256 ? "rsa-sha256" : "ed25519-sha256";

    public static bool TryParse(ReadOnlySpan<byte> word, out SigningAlgorithm algorithm)
    {
        algorithm = word.SequenceEqual("ed25519-sha256"u8) ? SigningAlgorithm.Ed25519Sha256 : SigningAlgorithm.RsaSha256;
        return algorithm == SigningAlgorithm.Ed25519Sha256 || word.SequenceEqual("rsa-sha256"u8);
    }
}
