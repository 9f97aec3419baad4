using System.Text;

namespace FilterHost.TestPlugins.MessageEditor;

public sealed class MessageEditorFilter(MessageEditorSettings settings) : MessageFilter
{
    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (settings.Add is { } added)
            message.Edits.AddRecipient(added);
        foreach (var removed in message.Envelope.Recipients.Where(recipient => recipient.Address.ToString() == settings.Remove).ToList())
            message.Edits.RemoveRecipient(removed);
        if (settings.Sender is { } sender)
            message.Edits.ChangeSender(sender);
        if (settings.Body is { } body)
            message.Edits.ReplaceBody(Encoding.UTF8.GetBytes(body));
        return Verdict.Continue;
    }
}
