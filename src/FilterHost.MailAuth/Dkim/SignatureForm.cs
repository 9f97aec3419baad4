namespace FilterHost.MailAuth.Dkim;

/// <summary>What <see cref="DkimSigningOptions"/> say, made ready once for all messages that are signed so.</summary>
public sealed class SignatureForm
{
    /// <summary>Makes ready.</summary>
    public SignatureForm(DkimSigningOptions options) => (Options, FieldNames) = (options, new SignedFieldNames(options));

    /// <summary>The options.</summary>
    public DkimSigningOptions Options { get; }

    internal SignedFieldNames FieldNames { get; }
}
