using System.Text;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.DkimSign;

public sealed class DkimSignPlugin : FilterPlugin<DkimSignSettings>
{
    public override void Configure(IPluginBuilder builder, DkimSignSettings settings)
    {
        if (!CanonicalizationPair.TryParse(Encoding.UTF8.GetBytes(settings.Canonicalization), out var canonicalization))
            throw new SettingException("canonicalization", $"'{settings.Canonicalization}' is not simple or relaxed, twice, with a slash between: relaxed/simple");
        Check("oversign", settings.Oversign, mayBePrefix: false);
        Check("sign_headers", settings.SignHeaders, mayBePrefix: true);
        builder.Use<ISigningKeyStore>();
        builder.Services.AddSingleton(new DkimSigningOptions
        {
            Canonicalization = canonicalization,
            Oversign = settings.Oversign,
            SignIfPresent = settings.SignHeaders,
            ExpireAfter = settings.ExpireAfter > TimeSpan.Zero ? settings.ExpireAfter : null,
        });
        builder.AddFilter<DkimSignFilter>(new FilterTraits
        {
            EditsFields = ["DKIM-Signature"],
            SignsFields = [.. settings.Oversign.Prepend("From").Concat(settings.SignHeaders).Distinct(StringComparer.OrdinalIgnoreCase)],
            SignsBody = true,
        });
    }

    private static void Check(string setting, IReadOnlyList<string> names, bool mayBePrefix)
    {
        foreach (var name in names)
        {
            if (DkimSigningOptions.ProblemOf(name) is { } problem)
                throw new SettingException(setting, problem);
            if (!mayBePrefix && name.EndsWith('*'))
                throw new SettingException(setting, $"'{name}': only whole names can be oversigned");
        }
    }
}
