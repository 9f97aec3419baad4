namespace FilterHost.Keys;

/// <summary>A key store's answer to a request to sign.</summary>
public abstract record SigningOutcome
{
    private SigningOutcome()
    {
    }

    /// <summary>The signature's octets.</summary>
    public sealed record Signed(ReadOnlyMemory<byte> Signature) : SigningOutcome;

    /// <summary>The store cannot sign now, or no longer has the key.</summary>
    public sealed record Unavailable(string Reason) : SigningOutcome;
}
