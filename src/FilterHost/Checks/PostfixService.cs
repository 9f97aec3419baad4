using System.Net;

namespace FilterHost.Checks;

/// <summary>One service of master.cf.</summary>
/// <param name="Name">Its first column: a name, a port, or host and port.</param>
/// <param name="Type">Its second column: inet, unix, pass.</param>
/// <param name="IsChrooted">True where the queue directory is its root.</param>
/// <param name="Command">The program: smtpd, cleanup.</param>
/// <param name="Entry">The whole entry, with one option a line.</param>
/// <param name="Options">What it says otherwise than main.cf, by <c>-o</c>.</param>
internal sealed record PostfixService(string Name, string Type, bool IsChrooted, string Command, IReadOnlyList<string> Entry, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>As postconf(1) names it.</summary>
    public string Title => $"{Name}/{Type}";

    public bool IsSmtpd => Command == "smtpd";

    public bool IsCleanup => Command == "cleanup";

    /// <summary>True where only this machine can connect.</summary>
    public bool IsLoopback => Type == "inet" && Name.LastIndexOf(':') is > 0 and var colon && Name[..colon].Trim('[', ']') is var host
        && (host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>True for the ports that mail clients use, at whatever address.</summary>
    public bool IsForClients => Name[(Name.LastIndexOf(':') + 1)..] is "smtp" or "25" or "smtps" or "submissions" or "465" or "submission" or "587";

    /// <summary>The entry with other options, to stand in its place.</summary>
    public IReadOnlyList<string> EntryWith(IReadOnlyCollection<PostfixLine> lines) =>
        [.. Entry.Where(present => !lines.Any(line => Sets(present, line.Name))), .. lines.Select(Option)];

    private static bool Sets(string option, string name) =>
        option.TrimStart() is ['-', 'o', ' ', .. var setting] && setting.TrimStart('{', ' ').Split('=', 2)[0].TrimEnd() == name;

    // A value with white space needs the braces of Postfix 3.0.
    private static string Option(PostfixLine line) =>
        line.Value.AsSpan().ContainsAny(" \t") ? $"    -o {{{line.Name}={line.Value}}}" : $"    -o {line.Name}={line.Value}";
}
