namespace FilterHost.MailAuth.Syntax;

/// <summary>What an Authentication-Results field of somebody says (RFC 8601 §2.2). Whether that is to be believed is for the caller to know.</summary>
public sealed class AuthenticationResultsField
{
    internal AuthenticationResultsField(string authservId, int version, IReadOnlyList<AuthenticationResult> results) =>
        (AuthservId, Version, Results) = (AuthenticationResultsIds.Normalize(authservId), version, results);

    /// <summary>The authserv-id without quotes, in lower case, as A-labels where it is a domain.</summary>
    public string AuthservId { get; }

    /// <summary>The version of the syntax, 1 where the field names none. Of another version only this and the id are known.</summary>
    public int Version { get; }

    /// <summary>
    /// The results in the order of the field, of provenance <see cref="ResultProvenance.Field"/>. No text in them holds CR, LF, NUL or another control. What the field does not say, or
    /// says of something that is no domain, is null: such a null domain must never be taken for the one of the message.
    /// </summary>
    public IReadOnlyList<AuthenticationResult> Results { get; }

    /// <summary>Reads a field; null for one that does not parse or exceeds the bounds, never a part of it.</summary>
    /// <param name="body">All octets after the colon.</param>
    public static AuthenticationResultsField? Read(ReadOnlySpan<byte> body) => new AuthenticationResultsReader(body).Read();

    /// <summary>True where the field says that it comes from one of the ids. Letter case, quoting, a trailing dot, a job id and U- or A-label spelling make no difference.</summary>
    public bool IsFrom(IReadOnlyList<string> ids) => new AuthenticationResultsIds(ids).Contains(AuthservId);

    /// <summary>
    /// True where a field claims to come from one of the ids, so that a border MTA must remove it (RFC 8601 §5). Letter case, quoting, comments, folds, a version, a trailing dot and
    /// U- or A-label spelling make no difference. A field whose beginning does not parse claims an id as soon as the id stands anywhere in it: what we cannot read, another may.
    /// </summary>
    /// <param name="body">All octets after the colon.</param>
    /// <param name="ids">Our ids.</param>
    public static bool ClaimsAuthservId(ReadOnlySpan<byte> body, IReadOnlyList<string> ids)
    {
        var ours = new AuthenticationResultsIds(ids);
        return new AuthenticationResultsLexer(body).TryReadHead(out var id, out _)
            ? ours.Contains(id)
            : ours.StandIn(body);
    }
}
