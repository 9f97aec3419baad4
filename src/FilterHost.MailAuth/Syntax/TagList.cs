using System.Text.Unicode;

namespace FilterHost.MailAuth.Syntax;

/// <summary>A list of tags (RFC 6376 §3.2): octets with the places of names and values; nothing is copied.</summary>
internal sealed class TagList
{
    /// <summary>More tags than any list in use has; it bounds the search for repeated names.</summary>
    public const int MaximumTags = 128;

    private readonly ReadOnlyMemory<byte> _octets;
    private readonly List<TagSpan> _tags;

    private TagList(ReadOnlyMemory<byte> octets, List<TagSpan> tags) => (_octets, _tags) = (octets, tags);

    public IReadOnlyList<TagSpan> Tags => _tags;

    /// <summary>Parses a list. False where it breaks the grammar or repeats a name: then the whole list is void.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> octets, out TagList list, out string reason)
    {
        var tags = new List<TagSpan>(16);
        list = new TagList(octets, tags);
        var text = octets.Span;
        reason = "tag list holds an octet that is not allowed";
        if (!HasOnlyAllowedOctets(text))
            return false;
        var position = 0;
        while (position < text.Length)
        {
            var length = text[position..].IndexOf((byte)';');
            var end = length < 0 ? text.Length : position + length;
            if (!TryReadTag(text, position, end, out var tag))
            {
                // tag-list = tag-spec *( ";" tag-spec ) [ ";" ]; white space after the last ";" is common and harmless.
                reason = "tag list is malformed";
                return tags.Count > 0 && end == text.Length && TagText.Trim(text, position, end) is var rest && rest.Start.Value == rest.End.Value;
            }
            reason = "tag is repeated";
            if (list.IndexOf(text[tag.Name]) >= 0)
                return false;
            reason = "tag list is too long";
            if (tags.Count == MaximumTags)
                return false;
            tags.Add(tag);
            position = end + 1;
        }
        reason = "tag list is empty";
        return tags.Count > 0;
    }

    /// <summary>True where the tag is there, maybe with an empty value, which is not the same as an omitted tag (RFC 6376 §3.2).</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var index = IndexOf(name);
        value = index < 0 ? default : _octets.Span[_tags[index].Value];
        return index >= 0;
    }

    public int IndexOf(ReadOnlySpan<byte> name)
    {
        // RFC 6376 §3.2: "Tags MUST be interpreted in a case-sensitive manner."
        var text = _octets.Span;
        for (var i = 0; i < _tags.Count; i++)
        {
            if (text[_tags[i].Name].SequenceEqual(name))
                return i;
        }
        return -1;
    }

    // tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
    private static bool TryReadTag(ReadOnlySpan<byte> text, int start, int end, out TagSpan tag)
    {
        tag = default;
        var equals = text[start..end].IndexOf((byte)'=');
        if (equals < 0)
            return false;
        equals += start;
        var name = TagText.Trim(text, start, equals);
        tag = new TagSpan(name, TagText.Trim(text, equals + 1, end), (equals + 1)..end);
        return IsName(text[name]);
    }

    // tag-name = ALPHA *ALNUMPUNC
    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetter((char)name[0]))
            return false;
        foreach (var octet in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet != '_')
                return false;
        }
        return true;
    }

    // VALCHAR and FWS; RFC 8616 §4 adds UTF-8. A CR or LF that is no fold cannot stand in a list.
    private static bool HasOnlyAllowedOctets(ReadOnlySpan<byte> text)
    {
        var isAscii = true;
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            isAscii &= octet < 0x80;
            if (octet is > 31 and not 127 or (byte)'\t')
                continue;
            if (octet != '\r' || i + 2 >= text.Length || text[i + 1] != '\n' || !TagText.IsWsp(text[i + 2]))
                return false;
            i += 2;
        }
        return isAscii || Utf8.IsValid(text);
    }
}
