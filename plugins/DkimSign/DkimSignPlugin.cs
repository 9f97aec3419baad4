using FilterHost.Dns;
using FilterHost.Keys;
using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.DkimSign;

public sealed class DkimSignPlugin : FilterPlugin<DkimSignSettings>
{
    public override void Configure(IPluginBuilder builder, DkimSignSettings settings)
    {
        builder.Use<ISigningKeyStore>();
        // Only for mail that is observed.
        builder.UseIfPresent<IDnsResolver>();
        builder.Services.AddSingleton(new PublicKeyCache());
        builder.Services.AddScoped<SignatureProof>();
        var forms = new SigningForms(settings);
        var map = settings.LoginMap is { } file ? LoginMap.Read(file) : null;
        var actions = new JudgementActions(settings.TagField, map is null ? MailAction.Accept : settings.OnLoginMismatch);
        builder.Services.AddSingleton(forms);
        builder.Services.AddSingleton(actions);
        builder.Services.AddSingleton(new LoginCheck(map, settings.OnLoginMismatch));
        builder.Services.AddSingleton(new SigningAuthor(settings.SenderHeaders));
        builder.Services.AddSingleton(new UnsignedMail(DomainList.Of(settings.ExemptDomains, "exempt_domains"), AddressList.Of(settings.NoSignRecipients, "no_sign_recipients")));
        builder.AddFilter<DkimSignFilter>(actions.AddTo(new FilterTraits
        {
            EditsFields = ["DKIM-Signature"],
            SignsFields = forms.SignedFields,
            SignsBody = true,
        }));
    }
}
