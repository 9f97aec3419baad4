using FilterHost;

namespace PluginNamespace;

/// <summary>One instance for each message: fields are the state of that message. Override the stages that you need, and await, never block.</summary>
public sealed class StemFilter(StemSettings settings) : MessageFilter
{
    /// <inheritdoc/>
    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        message.Edits.Append("X-Greeting", settings.Greeting);
        return Verdict.Continue;
    }
}
