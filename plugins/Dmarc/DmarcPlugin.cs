using FilterHost.Dns;
using FilterHost.MailAuth.Dmarc;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.Dmarc;

public sealed class DmarcPlugin : FilterPlugin<DmarcSettings>
{
    public override void Configure(IPluginBuilder builder, DmarcSettings settings)
    {
        if (settings.Identifiers.Count == 0)
            throw new SettingException("identifiers", "without a method nothing can pass: name \"spf\", \"dkim\" or both");
        if (SmtpReply.Clean(settings.RejectText) != settings.RejectText)
            throw new SettingException("reject_text", $"the text of a refusal is printable ASCII in one line of at most {SmtpReply.MaximumLineLength} characters");
        builder.Use<IDnsResolver>();
        builder.Services.AddSingleton(new DmarcDecision(settings));
        builder.Services.AddSingleton(new Exemptions(settings));
        builder.Services.AddSingleton(new OrganizationalDomainSource(settings.OrganizationalDomains is OrganizationalDomains.PublicSuffixList ? ReadList(settings) : null));
        var actions = new JudgementActions(settings.TagField, DmarcDecision.Chosen(settings));
        builder.Services.AddSingleton(actions);
        builder.AddFilter<DmarcFilter>(actions.AddTo(new FilterTraits
        {
            Publishes = ["dmarc"],
            Needs = [.. settings.Identifiers.Distinct().Select(static method => method.ToString().ToLowerInvariant())],
        }));
    }

    private static PublicSuffixList ReadList(DmarcSettings settings)
    {
        var file = settings.PublicSuffixList;
        try
        {
            if (file.Length > PublicSuffixList.MaximumSize)
                throw new SettingException("public_suffix_list", $"{file.FullName} is longer than {PublicSuffixList.MaximumSize} octets");
            if (PublicSuffixList.TryParse(File.ReadAllText(file.FullName), settings.PublicSuffixSections, out var list, out var problem))
                return list;
            throw new SettingException("public_suffix_list", $"{file.FullName}: {problem}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("public_suffix_list", $"{file.FullName} cannot be read: {exception.Message}");
        }
    }
}
