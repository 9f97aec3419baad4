namespace FilterHost.TestPlugins.MessageEditor;

/// <summary>A plugin that changes envelope and body as its settings say.</summary>
public sealed class MessageEditorPlugin : FilterPlugin<MessageEditorSettings>
{
    public override void Configure(IPluginBuilder builder, MessageEditorSettings settings) => 
        builder.AddFilter<MessageEditorFilter>(new FilterTraits { EditsBody = settings.Body is not null, EditsEnvelope = true });
}
