using FilterHost.Dns;
using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.DkimVerify;

public sealed class DkimVerifyPlugin : FilterPlugin<DkimVerifySettings>
{
    public override void Configure(IPluginBuilder builder, DkimVerifySettings settings)
    {
        // RFC 6376 §6.3: "cryptographic signature verification failures MUST NOT provoke 4xx SMTP replies".
        if (settings.OnFail is MailAction.Tempfail)
            throw new SettingException("on_fail", "a signature that does not verify never will, so such mail is not refused for now (RFC 6376 §6.3): use accept, tag, reject, discard or quarantine");
        builder.Use<IDnsResolver>();
        builder.Services.AddSingleton(new PublicKeyCache());
        builder.Services.AddSingleton(OptionsOf(settings));
        builder.Services.AddSingleton(new SignerTrust(settings.TrustedSigners.Count == 0 ? null : DomainList.Of(settings.TrustedSigners, "trusted_signers")));
        builder.Services.AddSingleton(DomainList.Of(settings.ExemptDomains, "exempt_domains"));
        var actions = new JudgementActions(settings.TagField, DkimDecision.Chosen(settings));
        builder.Services.AddSingleton(actions);
        builder.AddFilter<DkimVerifyFilter>(actions.AddTo(new FilterTraits { Publishes = ["dkim"] }));
    }

    private static DkimVerificationOptions OptionsOf(DkimVerifySettings settings)
    {
        for (var i = 0; i < settings.MustSign.Count; i++)
        {
            if (DkimSigningOptions.NameProblemOf(settings.MustSign[i]) is not null || settings.MustSign[i].Contains('*', StringComparison.Ordinal))
                throw new SettingException($"must_sign[{i}]", $"'{settings.MustSign[i]}' is no name of a header field");
        }
        return new DkimVerificationOptions
        {
            MaximumSignatures = settings.MaximumSignatures,
            MaximumSignedFields = settings.MaximumSignedFields,
            ClockSkew = settings.ClockSkew,
            MinimumKeyBits = settings.MinimumKeyBits,
            BodyLengthPolicy = settings.BodyLengthPolicy,
            MinimumSigned = settings.MinimumSigned.Length == 0 ? null : MinimumSigned.Parse(settings.MinimumSigned)
                ?? throw new SettingException("minimum_signed", $"'{settings.MinimumSigned}' is no number of octets, percentage or number with +: write \"1000\", \"90%\" or \"200+\""),
            MustSign = settings.MustSign,
            RequiresProtectedKey = settings.OnUnprotectedKey is not null,
        };
    }
}
