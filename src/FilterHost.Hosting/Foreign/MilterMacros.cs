namespace FilterHost.Hosting.Foreign;

/// <summary>Macros to ask the MTA for, by stage.</summary>
internal sealed record MilterMacros
{
    [Setting("At the start of a connection.", Example = "[\"{client_resolve}\"]")]
    public IReadOnlyList<string> Connect { get; init; } = [];

    [Setting("At HELO.", Example = "[\"{tls_version}\"]")]
    public IReadOnlyList<string> Helo { get; init; } = [];

    [Setting("At MAIL.", Example = "[\"{auth_ssf}\"]")]
    public IReadOnlyList<string> Mail { get; init; } = [];

    [Setting("At RCPT.", Example = "[\"{rcpt_mailer}\"]")]
    public IReadOnlyList<string> Recipient { get; init; } = [];

    [Setting("At DATA.", Example = "[\"{client_addr}\"]")]
    public IReadOnlyList<string> Data { get; init; } = [];

    [Setting("At the end of the header section.", Example = "[\"{client_addr}\"]")]
    public IReadOnlyList<string> EndOfHeaders { get; init; } = [];

    [Setting("At the end of the message.", Example = "[\"{msg_id}\"]")]
    public IReadOnlyList<string> EndOfMessage { get; init; } = [];

    /// <summary>What is asked for, without stages at which that is nothing.</summary>
    public IReadOnlyList<MacroRequest> ToRequests() =>
    [
        .. new MacroRequest[]
        {
            new(MacroStage.Connect, Connect), new(MacroStage.Helo, Helo), new(MacroStage.Mail, Mail), new(MacroStage.Recipient, Recipient),
            new(MacroStage.Data, Data), new(MacroStage.EndOfHeaders, EndOfHeaders), new(MacroStage.EndOfMessage, EndOfMessage),
        }.Where(request => request.Names.Count > 0),
    ];
}
