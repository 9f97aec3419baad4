using System.CommandLine;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Commands;

/// <summary>The options for what stands in a record beside the key. Stores do not keep it: the record lives in DNS. Spelt also as opendkim-genkey spells them.</summary>
internal static class KeyRecordOptions
{
    private static readonly Option<bool> Restrict = new("--restrict", "-r") { Description = "The key is for mail only (s=email)." };
    private static readonly Option<string?> Note = new("--note", "-n") { Description = "A note for people (n=)." };
    private static readonly Option<bool> TestMode = new("--test-mode", "-t", "--testmode") { Description = "The domain is testing DKIM (t=y): verifiers treat its mail as unsigned." };
    private static readonly Option<bool> NoSubdomains = new("--no-subdomains", "-S", "--nosubdomains") { Description = "The user identifier may not be in a subdomain (t=s)." };
    private static readonly Option<string?> Hashes = new("--hash", "--hash-algorithms") { Description = "The hash algorithms allowed, with colons between (h=). Default: all, of which only sha256 is in use." };
    private static readonly Option<KeyRecordFormat> Format = new("--format", "-f")
    {
        Description = "How records are printed. line: one line of a zone file; zone: several lines, for people; split: the name and the quoted strings; text: the name and the text whole; nsupdate: a script for nsupdate(1).",
    };

    private static readonly Option<int> TimeToLive = new("--ttl") { Description = "The time to live in seconds that nsupdate sets.", DefaultValueFactory = _ => 3600 };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Restrict, Note, TestMode, NoSubdomains, Hashes, Format, TimeToLive })
            command.Add(option);
    }

    /// <summary>The tags; null, with a message, where the options make a record that no signature of ours verifies with.</summary>
    public static KeyRecordTags? TagsOf(ParseResult arguments)
    {
        var hashes = arguments.GetValue(Hashes)?.Split(':', StringSplitOptions.TrimEntries) ?? [];
        // RFC 8301 §3.1: "rsa-sha1 MUST NOT be used for signing or verifying." What else is listed is for others to know.
        if (hashes.Length > 0 && (!hashes.Contains("sha256") || hashes.Any(static hash => hash.Length == 0 || !hash.All(static character => char.IsAsciiLetterOrDigit(character) || character == '-'))))
        {
            Console.Error.WriteLine("filterhost: --hash is a list of names with colons between, and sha256 is among them, since every signature is made with it");
            return null;
        }
        return new KeyRecordTags
        {
            Hashes = hashes,
            IsForEmailOnly = arguments.GetValue(Restrict),
            IsTesting = arguments.GetValue(TestMode),
            ForbidsSubdomains = arguments.GetValue(NoSubdomains),
            Note = arguments.GetValue(Note),
        };
    }

    public static KeyRecordFormat FormatOf(ParseResult arguments) => arguments.GetValue(CommandLine.Json) ? KeyRecordFormat.Json : arguments.GetValue(Format);

    public static int TimeToLiveOf(ParseResult arguments) => arguments.GetValue(TimeToLive);
}
