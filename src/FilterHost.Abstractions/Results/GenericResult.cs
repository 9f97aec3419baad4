namespace FilterHost;

/// <summary>A result of a method that has no type of its own here.</summary>
public sealed record GenericResult : AuthenticationResult
{
    private readonly IReadOnlyList<ResultProperty> _properties;

    /// <summary>A result of these words.</summary>
    /// <param name="method">The method, a keyword of letters, digits and hyphens (RFC 8601 §2.2).</param>
    /// <param name="word">The result's word, a keyword.</param>
    /// <param name="properties">The properties, in the order in which they are written.</param>
    public GenericResult(string method, string word, params IReadOnlyList<ResultProperty> properties) =>
        (Method, Word, _properties) = (method, word, properties);

    /// <inheritdoc/>
    public override string Method { get; }

    /// <inheritdoc/>
    public override string Word { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ResultProperty> Properties => _properties;
}
