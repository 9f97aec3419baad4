using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>A strict reader of address lists, octet by octet, in one pass.</summary>
internal ref struct AddressListReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    public List<AuthorMailbox> Mailboxes { get; } = [];

    /// <summary>Reads the whole list; what is wrong, or null.</summary>
    public string? Read()
    {
        if (ReadList(isInGroup: false) is { } problem)
            return problem;
        return _position == _text.Length ? null : "text after the last address";
    }

    private string? ReadList(bool isInGroup)
    {
        while (true)
        {
            if (!Skip())
                return "a comment does not end";
            // RFC 6854 §2.1: a group may be empty.
            if (isInGroup && Peek() == ';')
                return null;
            if (ReadAddress(isInGroup) is { } problem)
                return problem;
            if (!Skip())
                return "a comment does not end";
            if (Peek() != ',')
                return null;
            _position++;
        }
    }

    // address = mailbox / group; both may begin with words.
    private string? ReadAddress(bool isInGroup)
    {
        if (Peek() == '<')
            return ReadAngleAddress();
        var start = _position;
        var words = ReadWords(out var isLocalPart, out var local);
        if (words is not null)
            return words;
        switch (Peek())
        {
            case '@' when isLocalPart:
                return ReadDomain(local) ?? ReadRepeatedAddress();
            case '<' when _position > start:
                return ReadAngleAddress();
            case ':' when _position > start && !isInGroup:
                return ReadGroup();
            default:
                return "no address";
        }
    }

    // Many programs write "a@example.com <a@example.com>" without quotes. Where both are one address, no reader can take another.
    private string? ReadRepeatedAddress()
    {
        if (!Skip())
            return "a comment does not end";
        if (Peek() != '<')
            return null;
        if (ReadAngleAddress() is { } problem)
            return problem;
        var repeated = Mailboxes[^1];
        Mailboxes.RemoveAt(Mailboxes.Count - 1);
        return repeated == Mailboxes[^1] ? null : "an address before another";
    }

    /// <summary>Reads atoms, dots and quoted strings: a display name, or a local part where nothing stands between them.</summary>
    private string? ReadWords(out bool isLocalPart, out string local)
    {
        var value = new StringBuilder();
        (isLocalPart, local) = (true, "");
        var expectsWord = true;
        while (true)
        {
            var before = _position;
            if (!Skip())
                return "a comment does not end";
            var hadSpace = _position > before;
            if (Peek() == '"')
            {
                if (!ReadQuoted(value))
                    return "a quoted string does not end";
                isLocalPart &= expectsWord && !hadSpace;
                expectsWord = false;
            }
            else if (Peek() == '.')
            {
                _position++;
                value.Append('.');
                isLocalPart &= !expectsWord && !hadSpace;
                expectsWord = true;
            }
            else if (ReadAtom() is { Length: > 0 } atom)
            {
                isLocalPart &= expectsWord && !(hadSpace && value.Length > 0);
                value.Append(Encoding.UTF8.GetString(atom));
                expectsWord = false;
            }
            else
            {
                // White space before "@" is what only obsolete syntax allows (RFC 5322 §4.4).
                isLocalPart &= !expectsWord && !hadSpace;
                local = value.ToString();
                return null;
            }
        }
    }

    private string? ReadAngleAddress()
    {
        _position++;
        if (!Skip())
            return "a comment does not end";
        if (Peek() == '@')
            return "a source route";
        if (ReadWords(out var isLocalPart, out var local) is { } problem)
            return problem;
        if (!isLocalPart || Peek() != '@')
            return "no address between angle brackets";
        if (ReadDomain(local) is { } wrong)
            return wrong;
        if (!Skip() || Peek() != '>')
            return "an angle bracket is not closed";
        _position++;
        return null;
    }

    private string? ReadGroup()
    {
        _position++;
        if (ReadList(isInGroup: true) is { } problem)
            return problem;
        if (Peek() != ';')
            return "a group does not end";
        _position++;
        return null;
    }

    private string? ReadDomain(string local)
    {
        _position++;
        var start = _position;
        while (_position < _text.Length && (IsAtomText(_text[_position]) || _text[_position] == '.'))
            _position++;
        if (!DomainName.TryParse(_text[start.._position], out var domain) || _text[_position - 1] == '.')
            return "no domain after the \"@\"";
        Mailboxes.Add(new AuthorMailbox(local, domain));
        return null;
    }

    private ReadOnlySpan<byte> ReadAtom()
    {
        var start = _position;
        while (_position < _text.Length && IsAtomText(_text[_position]))
            _position++;
        return _text[start.._position];
    }

    private bool ReadQuoted(StringBuilder value)
    {
        var octets = new List<byte>();
        for (_position++; _position < _text.Length; _position++)
        {
            var octet = _text[_position];
            if (octet == '"')
            {
                _position++;
                value.Append(Encoding.UTF8.GetString([.. octets]));
                return true;
            }
            if (octet == '\\' && _position + 1 < _text.Length)
                octet = _text[++_position];
            // A fold within a quoted string is white space; NUL and other controls are nothing that has a meaning.
            if (octet is 0 or 127 || (octet < 32 && octet is not ((byte)'\t' or (byte)'\r' or (byte)'\n')))
                return false;
            if (octet is not ((byte)'\r' or (byte)'\n'))
                octets.Add(octet);
        }
        return false;
    }

    private readonly char Peek() => _position < _text.Length ? (char)_text[_position] : '\0';

    private bool Skip() => Cfws.TrySkip(_text, ref _position);

    // RFC 5322 §3.2.3 atext, and UTF-8 (RFC 6532 §3.2).
    private static bool IsAtomText(byte octet) =>
        octet >= 128 || char.IsAsciiLetterOrDigit((char)octet) || "!#$%&'*+-/=?^_`{|}~"u8.Contains(octet);
}
