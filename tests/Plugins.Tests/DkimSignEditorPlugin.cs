namespace FilterHost.Plugins.Tests;

/// <summary>An editor that stands before a signer, or wrongly after it.</summary>
public sealed class DkimSignEditorPlugin : FilterPlugin<DkimSignEditorPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings) =>
        builder.AddFilter<Filter>(new FilterTraits { EditsFields = settings.Fields, EditsBody = settings.Body });

    public sealed record Settings
    {
        [Setting("Whether the body is replaced.")] public bool Body { get; init; }

        [Setting("The fields that are replaced.")] public IReadOnlyList<string> Fields { get; init; } = [];
    }

    internal sealed class Filter(Settings settings) : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            foreach (var name in settings.Fields)
                message.Edits.Replace(message.Header.First(name)!, " edited"u8.ToArray());
            if (settings.Body)
                message.Edits.ReplaceBody("edited\r\n"u8);
            return Verdict.Continue;
        }
    }
}
