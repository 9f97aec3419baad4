namespace FilterHost;

/// <summary>The result of one authentication method, which projects itself to the syntax of the Authentication-Results field (RFC 8601).</summary>
public abstract record AuthenticationResult
{
    private protected AuthenticationResult()
    {
    }

    /// <summary>The method: <c>dkim</c>.</summary>
    public abstract string Method { get; }

    /// <summary>The result's word: <c>pass</c>.</summary>
    public abstract string Word { get; }

    /// <summary>Why, in a few words; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Where the result comes from.</summary>
    public ResultProvenance Provenance { get; init; }

    /// <summary>The properties, in the order in which they are written.</summary>
    public abstract IReadOnlyList<ResultProperty> Properties { get; }
}
