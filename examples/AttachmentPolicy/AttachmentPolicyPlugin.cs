using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>Refuses or strips attachments by name and type, inside archives too.</summary>
public sealed class AttachmentPolicyPlugin : FilterPlugin<AttachmentPolicySettings>
{
    public override void Configure(IPluginBuilder builder, AttachmentPolicySettings settings)
    {
        if (settings.OnSigned is AttachmentAction.Strip)
            throw new SettingException("on_signed", "cannot be strip: that is what would break the signature");
        // MimeKit reads winmail.dat with Windows' code pages. The provider is the class library's own, so it holds nothing of this plugin.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        AttachmentAction[] chosen = [settings.OnMatch, settings.OnLimit ?? settings.OnMatch, settings.OnUnreadable, settings.OnSigned];
        var actions = new JudgementActions(settings.TagField, [.. chosen.Where(action => action is not AttachmentAction.Strip).Select(AttachmentFilter.MailActionOf)]);
        builder.Services.AddSingleton(actions);
        builder.Services.AddSingleton<ForbiddenNames>();
        var strips = chosen.Contains(AttachmentAction.Strip);
        builder.AddFilter<AttachmentFilter>(actions.AddTo(new FilterTraits
        {
            NeedsWholeMessage = true,
            EditsBody = strips,
            EditsFields = strips ? ["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"] : [],
        }));
    }
}
