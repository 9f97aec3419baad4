namespace FilterHost;

/// <summary>One property of a result: <c>header.d=example.com</c> (RFC 8601 §2.2).</summary>
/// <param name="Type">The ptype: <c>smtp</c>, <c>header</c>, <c>body</c>, <c>policy</c>, or another that IANA registers.</param>
/// <param name="Name">The property.</param>
/// <param name="Value">The value, unquoted; the host quotes it where the syntax asks for it.</param>
public sealed record ResultProperty(string Type, string Name, string Value);
