using System.IO.Enumeration;
using MimeKit;

namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>Which names and types are not allowed.</summary>
internal sealed class ForbiddenNames(AttachmentPolicySettings settings)
{
    /// <summary>True for a name that is not allowed, whatever folder it is in.</summary>
    public bool Contains(string name)
    {
        var file = Normalized(name);
        return settings.Names.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file));
    }

    public bool ContainsType(string type) => settings.Types.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, type));

    /// <summary>Every name that a mail program may show for a part. MimeKit decodes RFC 2231 and RFC 2047; of fields that stand there twice programs take one or the other.</summary>
    public static IReadOnlyList<string> Of(MimeEntity part)
    {
        var names = new List<string?>();
        foreach (var field in part.Headers)
        {
            if (field.Id is HeaderId.ContentDisposition && ContentDisposition.TryParse(field.RawValue, out var disposition))
                names.Add(disposition.FileName);
            else if (field.Id is HeaderId.ContentType && ContentType.TryParse(field.RawValue, out var type))
                names.Add(type.Name);
        }
        return [.. names.OfType<string>().Where(static name => name.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    // Windows drops dots and spaces at the end of a name, and programs drop what is no character.
    private static string Normalized(string name)
    {
        var file = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        return string.Concat(file.Where(static character => !char.IsControl(character))).TrimEnd('.', ' ');
    }
}
