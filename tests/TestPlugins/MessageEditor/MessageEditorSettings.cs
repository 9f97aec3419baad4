namespace FilterHost.TestPlugins.MessageEditor;

public sealed record MessageEditorSettings
{
    [Setting("The recipient to add.", Example = "\"c@example.net\"")]
    public string? Add { get; init; }

    [Setting("The recipient to remove, as the client wrote it.", Example = "\"<b@example.net>\"")]
    public string? Remove { get; init; }

    [Setting("The new reverse-path.", Example = "\"bounce@example.net\"")]
    public string? Sender { get; init; }

    [Setting("The new body.", Example = "\"text\"")]
    public string? Body { get; init; }
}
