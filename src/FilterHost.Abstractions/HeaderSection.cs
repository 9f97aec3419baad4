using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace FilterHost;

/// <summary>The header section of a message, top to bottom, as a filter sees it: the received fields with the edits of earlier filters applied.</summary>
public sealed class HeaderSection : IReadOnlyList<HeaderField>
{
    private readonly IReadOnlyList<HeaderField> _fields;

    /// <summary>A section of these fields, top to bottom.</summary>
    public HeaderSection(IReadOnlyList<HeaderField> fields) => _fields = fields;

    /// <inheritdoc/>
    public int Count => _fields.Count;

    /// <inheritdoc/>
    public HeaderField this[int index] => _fields[index];

    /// <summary>The topmost field of that name, letter case ignored, or null.</summary>
    public HeaderField? First(string name)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].IsNamed(name))
                return _fields[i];
        }
        return null;
    }

    /// <summary>All fields of that name, letter case ignored, top to bottom.</summary>
    public IEnumerable<HeaderField> All(string name)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].IsNamed(name))
                yield return _fields[i];
        }
    }

    /// <summary>True, with the field, where exactly one field has that name.</summary>
    public bool TryGetOnly(string name, [NotNullWhen(true)] out HeaderField? field)
    {
        field = null;
        foreach (var candidate in All(name))
        {
            if (field is not null)
            {
                field = null;
                return false;
            }
            field = candidate;
        }
        return field is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<HeaderField> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
