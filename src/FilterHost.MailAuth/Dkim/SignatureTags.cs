using System.Globalization;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>The tags that the signatures of one message share.</summary>
/// <param name="Options">What is signed and how.</param>
/// <param name="FieldNames">h=.</param>
/// <param name="BodyHash">bh=.</param>
/// <param name="SignedAt">t=.</param>
internal sealed record SignatureTags(DkimSigningOptions Options, List<string> FieldNames, string BodyHash, DateTimeOffset SignedAt)
{
    /// <summary>z=; null or empty where it is left out.</summary>
    public string? Copies { get; init; }

    /// <summary>Writes the field of a key up to <c>b=</c>.</summary>
    public SignatureFieldWriter Write(SigningKey key)
    {
        var writer = SignatureFieldWriter.Of(Options.Layout)
            .Tag("v", "1")
            .Tag("a", SignatureAlgorithmName.Of(key.Algorithm))
            .Tag("c", Options.Canonicalization.ToString())
            .Tag("d", key.SigningDomain.ToString())
            .Tag("s", key.Selector);
        if (Options.Layout is SignatureLayout.Opendkim)
        {
            WriteTimes(writer);
            WriteUserIdentifier(writer, key);
            WriteReports(writer);
            WriteBodyHash(writer);
            WriteFields(writer);
        }
        else
        {
            WriteUserIdentifier(writer, key);
            WriteTimes(writer);
            WriteReports(writer);
            WriteFields(writer);
            WriteBodyHash(writer);
        }
        return writer.BeginSignature();
    }

    private static void WriteUserIdentifier(SignatureFieldWriter writer, SigningKey key)
    {
        if (key.UserIdentifier is not null)
            writer.Tag("i", UserIdentifier.Encode(key.UserIdentifier));
    }

    private void WriteTimes(SignatureFieldWriter writer)
    {
        var now = SignedAt.ToUnixTimeSeconds();
        writer.Tag("t", now.ToString(CultureInfo.InvariantCulture));
        if (Options.ExpireAfter is { } lifetime)
            writer.Tag("x", (now + Math.Max(1, (long)lifetime.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
    }

    private void WriteReports(SignatureFieldWriter writer)
    {
        if (Options.RequestsReports)
            writer.Tag("r", "y");
    }

    private void WriteBodyHash(SignatureFieldWriter writer) => writer.Tag("bh", BodyHash);

    private void WriteFields(SignatureFieldWriter writer)
    {
        writer.Names("h", FieldNames);
        if (!string.IsNullOrEmpty(Copies))
            writer.Text("z", Copies);
    }
}
