namespace FilterHost.Examples.SubjectTag;

public sealed record SubjectTagSettings
{
    [Setting("The text that is put before the subject, with a space between. Where the subject has it already, as in a reply, nothing is done.", Example = "\"[EXTERNAL]\"")]
    public required string Tag { get; init; }

    [Setting("Tag only mail from outside: its client is neither internal nor authenticated. false: all mail.")]
    public bool ExternalOnly { get; init; } = true;

    [Setting("Tag only mail with one of these results of an earlier filter. A method that also passed, as one of several DKIM signatures may, has not failed. Empty: whatever the results.",
        Example = "[\"dmarc=fail\", \"spf=fail\", \"spf=softfail\"]")]
    public IReadOnlyList<string> Results { get; init; } = [];
}
