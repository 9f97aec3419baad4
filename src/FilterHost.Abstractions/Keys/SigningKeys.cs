namespace FilterHost.Keys;

/// <summary>A key store's answer to the question for keys.</summary>
public abstract record SigningKeys
{
    private SigningKeys()
    {
    }

    /// <summary>The store has nothing for the author's domain: the mail is not ours to sign.</summary>
    public sealed record NotOurs : SigningKeys
    {
        /// <summary>The only instance.</summary>
        public static NotOurs Instance { get; } = new();
    }

    /// <summary>Sign with each of these keys, in this order.</summary>
    public sealed record Found(IReadOnlyList<SigningKey> Keys) : SigningKeys;

    /// <summary>The store cannot tell now; such mail must not go out unsigned.</summary>
    public sealed record Unavailable(string Reason) : SigningKeys;

    /// <summary>The store has an entry for the domain that is wrong; such mail must not go out unsigned.</summary>
    /// <param name="Place">File and line, or path, and what mends it.</param>
    public sealed record Misconfigured(string Place) : SigningKeys;
}
