using System.Security.Cryptography;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.Time.Testing;
using NSec.Cryptography;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>A local key store with one key of each algorithm, and shortcuts to sign and verify a message.</summary>
internal static class Signing
{
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly Key Ed25519 = Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static SigningKey RsaKey { get; } = KeyOf("rsa", SigningAlgorithm.RsaSha256);

    public static SigningKey Ed25519Key { get; } = KeyOf("ed", SigningAlgorithm.Ed25519Sha256);

    public static string RsaPublic { get; } = Convert.ToBase64String(Rsa.ExportSubjectPublicKeyInfo());

    public static string RsaPublicPkcs1 { get; } = Convert.ToBase64String(Rsa.ExportRSAPublicKey());

    public static string Ed25519Public { get; } = Convert.ToBase64String(Ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    public static string RsaPrivatePem { get; } = Rsa.ExportRSAPrivateKeyPem();

    public static string Ed25519Seed { get; } = Convert.ToBase64String(Ed25519.Export(KeyBlobFormat.RawPrivateKey));

    public static ZoneOfTexts Zone => new ZoneOfTexts()
        .Add("rsa._domainkey.example.com", "v=DKIM1; p=" + RsaPublic)
        .Add("ed._domainkey.example.com", "v=DKIM1; k=ed25519; p=" + Ed25519Public);

    public static Task<IReadOnlyList<HeaderField>> SignAsync(RawMessage message, DkimSigningOptions options, params SigningKey[] keys) =>
        SignAsync(message, options, int.MaxValue, keys);

    public static async Task<IReadOnlyList<HeaderField>> SignAsync(RawMessage message, DkimSigningOptions options, int chunkSize, params SigningKey[] keys)
    {
        using var signer = new DkimSigner(new SignatureForm(options), keys, new FakeTimeProvider(Now));
        for (var rest = message.Body.AsMemory(); !rest.IsEmpty; rest = rest[Math.Min(chunkSize, rest.Length)..])
            signer.AppendBody(rest[..Math.Min(chunkSize, rest.Length)].Span);
        var signing = await signer.FinishAsync(message.Header, Sign, TestContext.Current.CancellationToken);
        return Assert.IsType<DkimSigning.Signed>(signing).Fields;
    }

    public static async Task<RawMessage> SignedAsync(RawMessage message, DkimSigningOptions? options = null, params SigningKey[] keys) =>
        message.With(await SignAsync(message, options ?? new DkimSigningOptions(), keys.Length == 0 ? [RsaKey] : keys));

    public static async Task<IReadOnlyList<DkimSignatureResult>> VerifyAsync(
        RawMessage message, ZoneOfTexts? zone = null, DkimVerificationOptions? options = null, DateTimeOffset? now = null)
    {
        using var verifier = new DkimVerifier(message.Header, options ?? new DkimVerificationOptions(), new PublicKeyCache(), new FakeTimeProvider(now ?? Now));
        verifier.AppendBody(message.Body);
        return await verifier.FinishAsync(zone ?? Zone, TestContext.Current.CancellationToken);
    }

    /// <summary>Signs a hand-made signature field: fills in bh= and b= where it says BH and ends with "b=".</summary>
    public static async Task<DkimSignatureResult> VerifyHandMadeAsync(RawMessage message, string tags, ZoneOfTexts? zone = null, DkimVerificationOptions? options = null, DateTimeOffset? now = null)
    {
        var field = SignByHand(message, tags);
        return Assert.Single(await VerifyAsync(message.With(field), zone, options, now));
    }

    public static HeaderField SignByHand(RawMessage message, string tags)
    {
        var bodyHash = Convert.ToBase64String(SHA256.HashData(message.Body));
        var body = " " + tags.Replace("BH", bodyHash, StringComparison.Ordinal);
        var octets = System.Text.Encoding.UTF8.GetBytes(body);
        var parsed = DkimSignature.Parse(HeaderField.Create("DKIM-Signature", body.Trim() + " AAAA"), 1000);
        var b = Convert.ToBase64String(Rsa.SignHash(DigestOf(message.Header, parsed, octets), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return new HeaderField("DKIM-Signature"u8.ToArray(), System.Text.Encoding.UTF8.GetBytes(body + b));
    }

    /// <summary>The hash that a signature signs whose field ends with "b=" before it is signed.</summary>
    public static byte[] DigestOf(HeaderSection header, DkimSignature signature, byte[] unsigned)
    {
        using var hasher = new HeaderHasher(signature.Canonicalization.Header);
        var selection = new HeaderIndex(header).Select(signature.Field);
        foreach (var name in signature.SignedHeaderFields)
        {
            if (selection.Next(signature.Field.Body[name]) is { } field)
                hasher.Add(field);
        }
        hasher.AddSignature("DKIM-Signature"u8, unsigned, unsigned.Length..);
        return hasher.Finish();
    }

    private static SigningKey KeyOf(string selector, SigningAlgorithm algorithm) =>
        new() { Id = selector, Selector = selector, SigningDomain = DomainName.Parse("example.com"), Algorithm = algorithm };

    private static ValueTask<SigningOutcome> Sign(string id, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        new(new SigningOutcome.Signed(id == "rsa"
            ? Rsa.SignHash(digest.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : SignatureAlgorithm.Ed25519.Sign(Ed25519, digest.Span)));
}
