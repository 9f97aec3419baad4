namespace FilterHost.Testing.Tests;

/// <summary>Replaces every body.</summary>
public sealed class BodyEditorPlugin : FilterPlugin<BodyEditorPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings) => builder.AddFilter<Filter>(new FilterTraits { EditsBody = true });

    public sealed record Settings;

    internal sealed class Filter : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            message.Edits.ReplaceBody("new\r\n"u8);
            return Verdict.Continue;
        }
    }
}
