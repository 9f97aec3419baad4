using System.Formats.Asn1;
using System.Security.Cryptography;

namespace FilterHost.MailAuth.Dkim;

/// <summary>An RSA key: p= holds a SubjectPublicKeyInfo, or the bare RSAPublicKey that RFC 6376 §3.6.1 names (its erratum 3017).</summary>
internal sealed class RsaPublicKey : PublicKey
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    // Verifying takes time in proportion to the exponent's length; in use are 3 and 65537.
    private const int MaximumExponentOctets = 8;

    private const string TooShort = " is too short";

    private readonly RSA _key;

    private RsaPublicKey(RSA key, int bits) => (_key, Bits) = (key, bits);

    public override int Bits { get; }

    public static RsaPublicKey? Import(ReadOnlyMemory<byte> octets, out string? reason)
    {
        reason = "key is no RSA key";
        if (!TryRead(octets, out var modulus, out var exponent))
            return null;
        var bits = (modulus.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
        reason = Check(bits, modulus, exponent);
        return reason is null ? ImportChecked(bits, modulus, exponent, out reason) : null;
    }

    /// <summary>True for the reason of a key that is refused for its length.</summary>
    public static bool IsTooShort(string? reason) => reason?.EndsWith(TooShort, StringComparison.Ordinal) == true;

    public override bool Verifies(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string? Check(int bits, byte[] modulus, byte[] exponent)
    {
        if (bits < MinimumRsaBits)
            return $"key of {bits} bits{TooShort}";
        if (bits > MaximumRsaBits)
            return $"key of {bits} bits is too long";
        if ((modulus[^1] & 1) == 0)
            return "key has an even modulus";
        if ((exponent[^1] & 1) == 0 || exponent is [1] || exponent.Length > MaximumExponentOctets)
            return "key has a bad exponent";
        return null;
    }

    private static RsaPublicKey? ImportChecked(int bits, byte[] modulus, byte[] exponent, out string? reason)
    {
        try
        {
            reason = null;
            return new RsaPublicKey(RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }), bits);
        }
        catch (CryptographicException)
        {
            reason = "key is refused by the cryptographic library";
            return null;
        }
    }

    private static bool TryRead(ReadOnlyMemory<byte> octets, out byte[] modulus, out byte[] exponent)
    {
        modulus = exponent = [];
        try
        {
            var outer = new AsnReader(octets, AsnEncodingRules.DER);
            var sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
                sequence = ReadSubjectPublicKeyInfo(sequence);
            modulus = Unsigned(sequence?.ReadIntegerBytes());
            exponent = Unsigned(sequence?.ReadIntegerBytes());
            sequence?.ThrowIfNotEmpty();
            return modulus.Length > 0 && exponent.Length > 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    // SubjectPublicKeyInfo (RFC 5280 §4.1) of an RSA key; null for one of another kind.
    private static AsnReader? ReadSubjectPublicKeyInfo(AsnReader info)
    {
        var algorithm = info.ReadSequence();
        if (algorithm.ReadObjectIdentifier() != RsaEncryption)
            return null;
        var key = new AsnReader(info.ReadBitString(out var unused), AsnEncodingRules.DER);
        info.ThrowIfNotEmpty();
        var sequence = key.ReadSequence();
        key.ThrowIfNotEmpty();
        return unused == 0 ? sequence : null;
    }

    // A positive integer without its leading zero; empty for a negative one or 0.
    private static byte[] Unsigned(ReadOnlyMemory<byte>? integer)
    {
        if (integer is not { Length: > 0 } octets || octets.Span[0] >= 0x80)
            return [];
        var start = octets.Span[0] == 0 ? 1 : 0;
        return octets[start..].ToArray();
    }
}
