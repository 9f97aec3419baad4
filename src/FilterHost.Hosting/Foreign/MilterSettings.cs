using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>The settings of a foreign member.</summary>
internal sealed record MilterSettings
{
    [Setting("Where the milter listens: `inet:PORT@HOST`, `inet6:PORT@HOST`, `unix:PATH` or `local:PATH`. A relative path is relative to this file, and the host's user needs to write to the socket. "
        + "Where nobody answers, mail gets `on_error`.", Example = "\"unix:/run/opendkim/opendkim.sock\"")]
    public required MilterAddress Socket { get; init; }

    [Setting("Time to connect, and again to negotiate. The connection is opened with the first command that the milter wants to hear of, and once more for each message that finds it gone; "
        + "it counts towards `command_timeout`.", Minimum = 0.1, Maximum = 60)]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    [Setting("Time for all that the milter has to answer at one command before the message's content, the opening of the connection included. A later answer is a fault: `on_error` decides. "
        + "The default stays within the host's `command_budget`, which bounds it whatever is set here.", Minimum = 0.1, Maximum = 600)]
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(6);

    [Setting("Time for each answer to header fields, body and end of message; each sign of progress that the milter gives starts it anew. A later answer is a fault. "
        + "The default stays within the host's `end_of_message_budget`, which bounds all of it together.", Minimum = 0.1, Maximum = 3600)]
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromSeconds(220);

    [Setting("Names of header fields that the milter may add, change or remove; `*` is any, an empty list none. An edit of another field is a fault of the milter, and nothing of it reaches the message. "
        + "Behind a filter that signs, a milter that may edit signed fields stops the start: list what it does edit.", Example = "[\"Authentication-Results\", \"X-Spam-Score\"]")]
    public IReadOnlyList<string> EditsFields { get; init; } = ["*"];

    [Setting("Whether the milter may replace the body. Where it may, the body is kept for filters behind it that read the body; set it to false for a milter that never does.")]
    public bool EditsBody { get; init; } = true;

    [Setting("Whether the milter may change sender and recipients.")]
    public bool EditsEnvelope { get; init; } = true;

    [Setting("Whether the milter may ask the MTA to hold a message.")]
    public bool Quarantines { get; init; } = true;

    [Setting("Methods whose results are taken out of the Authentication-Results field that the milter adds, and written into the host's one field; the milter's own field is then not added. Results of other methods are dropped, which is logged. "
        + "Later filters use them as results, so name only what the milter itself computes. Default: none, and its field is an edit like any other.", Example = "[\"dkim\"]")]
    public IReadOnlyList<string> Publishes { get; init; } = [];

    [Setting("Methods whose results the milter needs from a filter before it. It sees them in an Authentication-Results field of ours on top of the message, so it must trust our `authserv_id` (OpenDMARC: TrustedAuthservIDs). "
        + "A filter that is missing or stands behind stops the start.", Example = "[\"spf\", \"dkim\"]")]
    public IReadOnlyList<string> Needs { get; init; } = [];

    [Setting("Macros that the MTA is asked for beyond those that it sends by itself. The milter gets every macro that the MTA sends.")]
    public MilterMacros Macros { get; init; } = new();
}
