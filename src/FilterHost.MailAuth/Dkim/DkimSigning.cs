namespace FilterHost.MailAuth.Dkim;

/// <summary>What came of signing a message.</summary>
public abstract record DkimSigning
{
    private DkimSigning()
    {
    }

    /// <summary>Every key signed.</summary>
    /// <param name="Fields">The DKIM-Signature fields, in the order of the keys.</param>
    public sealed record Signed(IReadOnlyList<HeaderField> Fields) : DkimSigning;

    /// <summary>A key could not be used now; the message must not go out half signed.</summary>
    public sealed record Unavailable(string Reason) : DkimSigning;
}
