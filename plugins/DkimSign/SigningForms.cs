using System.Text;
using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimSign;

/// <summary>How mail of each author domain is signed, made ready at start.</summary>
internal sealed class SigningForms
{
    private readonly DomainForm _general;
    private readonly List<(DomainList Domains, DomainForm Form)> _byDomain = [];

    public SigningForms(DkimSignSettings settings)
    {
        var defaults = new DkimSigningOptions();
        var general = new DkimSigningOptions
        {
            Canonicalization = CanonicalizationOf(settings.Canonicalization, "canonicalization"),
            Oversign = FieldList.Oversigned.Read(settings.Oversign, defaults.Oversign, "oversign"),
            SignIfPresent = FieldList.Signed.Read(settings.SignHeaders, defaults.SignIfPresent, "sign_headers"),
            Omit = FieldList.Omitted.Read(settings.OmitHeaders, [], "omit_headers"),
            ExpireAfter = LifetimeOf(settings.ExpireAfter),
            RequestsReports = settings.RequestReports,
            CopiesFields = settings.CopyHeaders,
            Layout = settings.Layout,
        };
        _general = new DomainForm(new SignatureForm(general), UserIdentifierOf(settings.UserIdentifier, "user_identifier"));
        for (var i = 0; i < settings.ByDomain.Count; i++)
        {
            var place = $"by_domain[{i}]";
            _byDomain.Add((DomainList.Of(settings.ByDomain[i].Domains, $"{place}.domains"), FormOf(settings.ByDomain[i], general, settings.UserIdentifier, place)));
        }
    }

    /// <summary>All fields that may be signed, for the check of the filters' order.</summary>
    public IReadOnlyList<string> SignedFields =>
        [.. _byDomain.Select(static entry => entry.Form).Prepend(_general).SelectMany(static form => FieldsOf(form.Form.Options)).Distinct(StringComparer.OrdinalIgnoreCase)];

    public DomainForm For(DomainName author)
    {
        foreach (var (domains, form) in _byDomain)
        {
            if (domains.Has(author))
                return form;
        }
        return _general;
    }

    private static DomainForm FormOf(DomainSigning own, DkimSigningOptions general, string identifier, string place)
    {
        var options = general with
        {
            Canonicalization = own.Canonicalization is null ? general.Canonicalization : CanonicalizationOf(own.Canonicalization, $"{place}.canonicalization"),
            Oversign = own.Oversign is null ? general.Oversign : FieldList.Oversigned.Read(own.Oversign, general.Oversign, $"{place}.oversign"),
            SignIfPresent = own.SignHeaders is null ? general.SignIfPresent : FieldList.Signed.Read(own.SignHeaders, general.SignIfPresent, $"{place}.sign_headers"),
            Omit = own.OmitHeaders is null ? general.Omit : FieldList.Omitted.Read(own.OmitHeaders, general.Omit, $"{place}.omit_headers"),
            ExpireAfter = own.ExpireAfter is { } lifetime ? LifetimeOf(lifetime) : general.ExpireAfter,
            RequestsReports = own.RequestReports ?? general.RequestsReports,
            CopiesFields = own.CopyHeaders ?? general.CopiesFields,
        };
        return new DomainForm(new SignatureForm(options), own.UserIdentifier is null ? identifier : UserIdentifierOf(own.UserIdentifier, $"{place}.user_identifier"));
    }

    // The check of the order knows a star at the end only.
    private static IEnumerable<string> FieldsOf(DkimSigningOptions options) =>
        options.Oversign.Prepend("From").Concat(options.SignIfPresent).Select(static name => name.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star ? name[..(star + 1)] : name);

    private static CanonicalizationPair CanonicalizationOf(string text, string setting) => CanonicalizationPair.TryParse(Encoding.UTF8.GetBytes(text), out var pair)
        ? pair
        : throw new SettingException(setting, $"'{text}' is not simple or relaxed, twice, with a slash between: relaxed/simple");

    private static TimeSpan? LifetimeOf(TimeSpan lifetime) => lifetime > TimeSpan.Zero ? lifetime : null;

    private static string UserIdentifierOf(string text, string setting)
    {
        // Whether its domain fits is known for each key only.
        var at = text.LastIndexOf('@');
        var isGood = text.Length == 0 || (at >= 0 && DomainName.TryParse(text[(at + 1)..].Replace("%", "example.com", StringComparison.Ordinal), out _) && !text.Any(char.IsControl));
        return isGood ? text : throw new SettingException(setting, $"'{text}' is no user identifier: write an address, or @ and a domain; % is the author's domain: \"@%\"");
    }
}
