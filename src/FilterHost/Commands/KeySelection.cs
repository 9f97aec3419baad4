using System.CommandLine;
using FilterHost.Keys;

namespace FilterHost.Commands;

/// <summary>The options that say which keys a command is about.</summary>
internal static class KeySelection
{
    public static Option<string?> Domain { get; } = new("--domain", "-d") { Description = "Only keys of this domain." };

    public static Option<string?> Selector { get; } = new("--selector", "-s") { Description = "Only keys with this selector." };

    /// <summary>The keys that the options name; null, with a message, where they cannot be understood.</summary>
    public static SigningKeyDescription[]? Select(ParseResult arguments, IEnumerable<SigningKeyDescription> keys)
    {
        if (!TryParseDomain(arguments.GetValue(Domain), out var domain))
            return null;
        var selector = arguments.GetValue(Selector);
        var selected = keys.Where(key => (domain is null || key.SigningDomain.Equals(domain)) && (selector is null || key.Selector == selector)).ToArray();
        if (selected.Length == 0 && (domain is not null || selector is not null))
            Console.Error.WriteLine($"filterhost: the store has no key{(selector is null ? "" : $" {selector}")}{(domain is null ? "" : $" of {domain}")}");
        return selected;
    }

    /// <summary>False, with a message, where there is a text and it is no domain.</summary>
    public static bool TryParseDomain(string? text, out DomainName? domain)
    {
        domain = null;
        if (text is null || DomainName.TryParse(text, out domain))
            return true;
        Console.Error.WriteLine($"filterhost: '{text}' is not a domain name");
        return false;
    }

    /// <summary>False, with a message, for what is no selector. Letters are small, as DNS compares them.</summary>
    public static bool IsSelector(string text)
    {
        if (DomainName.TryParse(text, out var name) && name.ToString() == text)
            return true;
        Console.Error.WriteLine($"filterhost: '{text}' is no selector: labels of lower-case letters, digits and hyphens");
        return false;
    }
}
