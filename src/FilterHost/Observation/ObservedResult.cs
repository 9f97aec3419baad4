namespace FilterHost.Observation;

/// <summary>An authentication result, of the daemon in front or of ours.</summary>
/// <param name="Method">The method: <c>dkim</c>.</param>
/// <param name="Word">The result's word: <c>pass</c>.</param>
/// <param name="Properties">Texts such as <c>header.d=example.com</c>.</param>
/// <param name="Reason">Why, or null.</param>
internal sealed record ObservedResult(string Method, string Word, IReadOnlyList<string> Properties, string? Reason)
{
    /// <summary>The value of a property, null where it does not stand there.</summary>
    public string? ValueOf(string property) =>
        Properties.FirstOrDefault(text => text.StartsWith(property, StringComparison.OrdinalIgnoreCase) && text.Length > property.Length && text[property.Length] == '=')?[(property.Length + 1)..];

    /// <summary>As a result of a field reads.</summary>
    public static ObservedResult Of(AuthenticationResult result) =>
        new(result.Method, result.Word, [.. result.Properties.Select(property => $"{property.Type}.{property.Name}={property.Value}")], result.Reason);
}
