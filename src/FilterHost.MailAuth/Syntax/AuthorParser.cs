using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>
/// Reads the author from the From field, strictly: RFC 5322 §3.4 with groups (RFC 6854) and UTF-8 (RFC 6532). Encoded words are never decoded first, source routes, address literals
/// and anything between two addresses but a comma make the field unparsable, since other readers take another address from such a field.
/// </summary>
public static class AuthorParser
{
    /// <summary>The author of a message.</summary>
    public static Author Parse(HeaderSection header)
    {
        HeaderField? from = null;
        foreach (var field in header)
        {
            // An MTA that keeps white space before the colon hands it over as part of the name; the next reader may not.
            if (!Ascii.EqualsIgnoreCase(field.Name.Span.TrimEnd(" \t\r\n"u8).TrimStart(" \t"u8), "From"))
                continue;
            if (from is not null)
                return new Author.SeveralFields();
            from = field;
        }
        return from is null ? new Author.None() : ParseField(from.Body.Span);
    }

    /// <summary>The author by the body of one From field.</summary>
    public static Author ParseField(ReadOnlySpan<byte> body)
    {
        var reader = new AddressListReader(body);
        if (reader.Read() is { } reason)
            return new Author.Unparsable(reason);
        return reader.Mailboxes switch
        {
            [] => new Author.None(),
            [var only] => new Author.One(only),
            var several => new Author.Several(several),
        };
    }
}
