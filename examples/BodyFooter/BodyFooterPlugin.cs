using System.Text;

namespace FilterHost.Examples.BodyFooter;

/// <summary>Puts a footer below the text and the HTML of our own mail. It goes before the signer in a listener's <c>filters</c>.</summary>
public sealed class BodyFooterPlugin : FilterPlugin<BodyFooterSettings>
{
    public override void Configure(IPluginBuilder builder, BodyFooterSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Text))
            throw new SettingException("text", "is empty");
        // Texts come in all character sets. The provider is the class library's own, so it holds nothing of this plugin.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        builder.AddFilter<BodyFooterFilter>(new FilterTraits
        {
            EditsBody = true,
            EditsFields = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"],
            NeedsWholeMessage = true,
        });
    }
}
