using FilterHost.Dns;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.DkimVerify;

public sealed class DkimVerifyPlugin : FilterPlugin<DkimVerifySettings>
{
    public override void Configure(IPluginBuilder builder, DkimVerifySettings settings)
    {
        // RFC 6376 §6.3: "cryptographic signature verification failures MUST NOT provoke 4xx SMTP replies".
        if (settings.OnFail is MailAction.Tempfail)
            throw new SettingException("on_fail", "a signature that does not verify never will, so such mail is not refused for now (RFC 6376 §6.3): use accept, reject, discard or quarantine");
        builder.Use<IDnsResolver>();
        builder.Services.AddSingleton(new PublicKeyCache());
        builder.Services.AddSingleton(new DkimVerificationOptions
        {
            MaximumSignatures = settings.MaximumSignatures,
            MaximumSignedFields = settings.MaximumSignedFields,
            ClockSkew = settings.ClockSkew,
            MinimumKeyBits = settings.MinimumKeyBits,
            BodyLengthPolicy = settings.BodyLengthPolicy,
        });
        MailAction[] actions = [settings.OnNone, settings.OnFail, settings.OnPolicy, settings.OnPermerror, settings.OnTemperror];
        builder.AddFilter<DkimVerifyFilter>(new FilterTraits { Publishes = ["dkim"], Quarantines = actions.Contains(MailAction.Quarantine) });
    }
}
