namespace FilterHost;

/// <summary>What is wrong with a signature, where a policy may want to tell it from others of the same result.</summary>
public enum DkimDefect
{
    /// <summary>DNS has no key record for it.</summary>
    KeyMissing,

    /// <summary>Its key is revoked, an empty <c>p=</c>.</summary>
    KeyRevoked,

    /// <summary>Its key is too short.</summary>
    WeakKey,

    /// <summary>DNSSEC says that the answer with its key is forged or broken.</summary>
    BogusKey,

    /// <summary>It verifies, and DNSSEC does not vouch for its key.</summary>
    UnprotectedKey,

    /// <summary>It verifies, and <c>l=</c> leaves too much of the body unsigned.</summary>
    BodyLength,

    /// <summary>It verifies, and leaves a field unsigned that has to be signed.</summary>
    UnsignedField,

    /// <summary>It verifies, and its domain is neither the author's nor one that is trusted to sign for others.</summary>
    UntrustedSigner,
}
