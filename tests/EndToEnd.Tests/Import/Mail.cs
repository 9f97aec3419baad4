namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>A message and who sends it.</summary>
internal sealed record Mail(string Name, string Text)
{
    public string ClientName { get; init; } = "localhost";

    public string ClientAddress { get; init; } = "127.0.0.1";

    public string Helo { get; init; } = "client.example";

    public string From { get; init; } = "<joe@example.com>";

    public string Recipient { get; init; } = "<ann@there.example>";

    /// <summary>Macros at connect, then at MAIL, each as name and value.</summary>
    public (string Name, string Value)[] ConnectMacros { get; init; } = [];

    public (string Name, string Value)[] MailMacros { get; init; } = [];

    /// <summary>The same from a client outside.</summary>
    public Mail FromOutside(string name) => this with { Name = name, ClientName = "mail.outside.example", ClientAddress = "198.51.100.7" };
}
