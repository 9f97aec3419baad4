using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimSign;

/// <summary>A kind of list of header fields in the settings: whole, or as a change of the list that stands in its place without it, in OpenDKIM's form <c>*,+x,-y</c>.</summary>
internal sealed class FieldList
{
    public static readonly FieldList Oversigned = new(static name => DkimSigningOptions.ProblemOf(name) ?? (name.Contains('*', StringComparison.Ordinal) ? $"'{name}': only whole names can be oversigned" : null));

    public static readonly FieldList Signed = new(DkimSigningOptions.ProblemOf);

    public static readonly FieldList Omitted = new(DkimSigningOptions.OmissionProblemOf);

    private const string Base = "*";

    private readonly Func<string, string?> _problemOf;

    private FieldList(Func<string, string?> problemOf) => _problemOf = problemOf;

    /// <summary>The list that the items mean.</summary>
    /// <exception cref="SettingException">An item is wrong.</exception>
    public IReadOnlyList<string> Read(IReadOnlyList<string> items, IReadOnlyList<string> standing, string setting)
    {
        var isChange = items.Contains(Base);
        var names = isChange ? new List<string>(standing) : [];
        foreach (var item in items)
        {
            if (item == Base)
                continue;
            if (isChange)
                Change(names, item, setting);
            else
                names.Add(Checked(item, setting));
        }
        return names;
    }

    private void Change(List<string> names, string item, string setting)
    {
        if (item.StartsWith('+'))
        {
            var name = Checked(item[1..], setting);
            if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
                names.Add(name);
        }
        else if (!item.StartsWith('-'))
        {
            throw new SettingException(setting, $"'{item}' stands beside \"*\": write \"+{item}\" to add it, or leave \"*\" out for a list of your own");
        }
        else if (names.RemoveAll(name => name.Equals(item[1..], StringComparison.OrdinalIgnoreCase)) == 0)
        {
            throw new SettingException(setting, $"'{item}' takes away nothing: the list has {(names.Count == 0 ? "no names" : string.Join(", ", names))}");
        }
    }

    private string Checked(string name, string setting)
    {
        if (name.StartsWith('+') || name.StartsWith('-'))
            throw new SettingException(setting, $"'{name}' changes the default list only beside an item \"*\", which stands for that list");
        return _problemOf(name) is { } problem ? throw new SettingException(setting, problem) : name;
    }
}
