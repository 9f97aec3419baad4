using System.Text;

namespace FilterHost.Hosting.Foreign;

/// <summary>The header section as a milter got it. It names fields by number, the n-th of a name as it was sent: the numbers stay as they are while it edits, as Sendmail counts.</summary>
/// <param name="fields">What was sent, top to bottom.</param>
/// <param name="results">The one among them that only shows the results so far and stands in no message.</param>
internal sealed class SentHeader(IReadOnlyList<HeaderField> fields, HeaderField? results)
{
    private readonly Dictionary<string, List<HeaderField?>> _byName = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<HeaderField> Fields => fields;

    /// <summary>The fields of a name; one that was removed meanwhile is null.</summary>
    public List<HeaderField?> Named(string name)
    {
        if (!_byName.TryGetValue(name, out var named))
            _byName[name] = named = [.. fields.Where(field => field.IsNamed(name))];
        return named;
    }

    public bool IsOurResults(HeaderField? field) => field is not null && ReferenceEquals(field, results);

    public static string NameOf(ReadOnlyMemory<byte> name) => Encoding.ASCII.GetString(name.Span);
}
