namespace FilterHost.Checks;

/// <summary>What DNS has of a key.</summary>
internal enum PublishedKeyState
{
    /// <summary>Its signatures verify.</summary>
    Good,

    /// <summary>No key record.</summary>
    Missing,

    /// <summary>A record of another key, or one that forbids what the key does.</summary>
    Wrong,

    /// <summary>A record with an empty <c>p=</c>.</summary>
    Revoked,

    /// <summary>No answer now.</summary>
    Unreachable,

    /// <summary>The private key itself cannot be read or used.</summary>
    Unusable,
}
