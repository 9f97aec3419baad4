namespace FilterHost.Examples.BodyFooter;

public sealed record BodyFooterSettings
{
    [Setting("The text that is put below the text of a message; it may have several lines.", Example = "\"Example Ltd, 1 Example Street\"")]
    public required string Text { get; init; }

    [Setting("The same for HTML, before its </body>. Default: the text, escaped, in a paragraph.")]
    public string? Html { get; init; }
}
