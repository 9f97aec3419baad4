using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace FilterHost.Hosting.Configuration;

/// <summary>A macro that must be set, or must have one of these values, as OpenDKIM's MacroList has it.</summary>
/// <param name="Macro">The name as the MTA writes it: <c>i</c>, <c>{auth_type}</c>.</param>
/// <param name="Values">Values; none takes any.</param>
internal sealed partial record MacroCondition(string Macro, IReadOnlyList<string> Values)
{
    /// <summary>Reads <c>macro</c> or <c>macro=value|value</c>; the name may stand in braces.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MacroCondition? condition)
    {
        condition = null;
        var (name, values) = text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? (text[..equals], text[(equals + 1)..]) : (text, null);
        var bare = name is ['{', .. var inner, '}'] ? inner : name;
        if (!MacroName().IsMatch(bare) || values?.Length == 0)
            return false;
        condition = new(bare.Length == 1 ? bare : $"{{{bare}}}", values?.Split('|') ?? []);
        return true;
    }

    /// <summary>True where the MTA gave the macro, with a value that is wanted. Values are compared with case.</summary>
    public bool IsMet(MacroSet macros) => macros[Macro] is { } value && (Values.Count == 0 || Values.Contains(value, StringComparer.Ordinal));

    public override string ToString() => Values.Count == 0 ? Macro : $"{Macro}={string.Join('|', Values)}";

    [GeneratedRegex("^[A-Za-z0-9_.:-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex MacroName();
}
