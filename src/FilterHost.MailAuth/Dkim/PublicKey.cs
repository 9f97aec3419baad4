using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>An imported public key. Safe for use by many threads at once.</summary>
internal abstract class PublicKey
{
    /// <summary>Shorter RSA keys never make a valid signature (RFC 8301 §3.2).</summary>
    public const int MinimumRsaBits = 1024;

    /// <summary>Longer RSA keys are refused: the time to verify grows with the square of the length. RFC 8301 §3.2 asks for 4096.</summary>
    public const int MaximumRsaBits = 8192;

    public abstract int Bits { get; }

    public abstract bool Verifies(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);

    /// <summary>Imports the octets of <c>p=</c>; where they are no usable key, the result is null and the reason says why.</summary>
    public static PublicKey? Import(SigningAlgorithm algorithm, ReadOnlyMemory<byte> octets, out string? reason) =>
        algorithm == SigningAlgorithm.Ed25519Sha256 ? Ed25519PublicKey.Import(octets.Span, out reason) : RsaPublicKey.Import(octets, out reason);
}
