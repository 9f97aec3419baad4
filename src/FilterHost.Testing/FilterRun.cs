using System.Text;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Testing;

/// <summary>What came of one message, and what a test may expect of it. All of it is a copy that stays valid.</summary>
public sealed partial class FilterRun
{
    private readonly MessageOutput _output;

    internal FilterRun(MessageOutput output, IReadOnlyList<LogLine> log, IReadOnlyList<DomainName> dnsQuestions)
    {
        (_output, Log, DnsQuestions) = (output, log, dnsQuestions);
        Notes = [.. output.Notes.Select(note => new FilterNote(note.Filter, note.Text))];
        RefusedRecipients = [.. output.RefusedRecipients.Select(refused => new RefusedRecipient(refused.Path, refused.Reply))];
        Fields = new HeaderSection(MessageParts.Read(output.Message, out var body));
        Body = body;
    }

    /// <summary>What the MTA was told in the end: <see cref="VerdictKind.Continue"/> for mail that is delivered, <see cref="VerdictKind.Accept"/> where every filter was done before the end.</summary>
    public VerdictKind Verdict => _output.Reply.Kind switch
    {
        MilterReplyKind.ReplyCode => _output.Reply.SmtpReply!.IsPermanent ? VerdictKind.Reject : VerdictKind.TempFail,
        MilterReplyKind.Discard => VerdictKind.Discard,
        MilterReplyKind.Accept => VerdictKind.Accept,
        _ => VerdictKind.Continue,
    };

    /// <summary>The reply to the client with code, enhanced code and text, which ends with the filter's name in brackets; null where nothing was refused.</summary>
    public SmtpReply? Reply => _output.Reply.SmtpReply;

    /// <summary>The outcome that the filters were told.</summary>
    public TransactionOutcome Outcome => _output.Outcome;

    /// <summary>Recipients that were refused one by one. Where all were, the message has the last one's reply.</summary>
    public IReadOnlyList<RefusedRecipient> RefusedRecipients { get; }

    /// <summary>The edits in the order of the filters, then those of the host, <c>host</c>, which writes Authentication-Results. Empty where the message was refused.</summary>
    public IReadOnlyList<Edit> Edits => _output.Edits;

    /// <summary>Why the message is to be held, the reasons of several filters with a semicolon between, as the MTA is told; null where it is not.</summary>
    public string? QuarantineReason => Edits.OfType<Edit.Quarantine>().Select(edit => edit.Reason).ToArray() is { Length: > 0 } reasons ? string.Join("; ", reasons) : null;

    /// <summary>All results, in the order of the filters.</summary>
    public IReadOnlyList<AuthenticationResult> Results => _output.Results;

    /// <summary>What filters added to the message's log line.</summary>
    public IReadOnlyList<FilterNote> Notes { get; }

    /// <summary>The message with all edits, lines ended by CRLF; empty where it was refused.</summary>
    public ReadOnlyMemory<byte> Message => _output.Message;

    /// <summary>The same as text; octets that are not UTF-8 become U+FFFD.</summary>
    public string MessageText => Encoding.UTF8.GetString(Message.Span);

    /// <summary>The header section of <see cref="Message"/>.</summary>
    public HeaderSection Fields { get; }

    /// <summary>The body of <see cref="Message"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>What host and plugins logged, faults of filters included; what a plugin's check finds that does not stop the start is a warning. The start is part of the first message's log, the stop of the last one's.</summary>
    public IReadOnlyList<LogLine> Log { get; }

    /// <summary>The names that were asked for in DNS, in order, each as often as the resolver was asked.</summary>
    public IReadOnlyList<DomainName> DnsQuestions { get; }

    /// <summary>The text of the topmost field of that name, unfolded, or null.</summary>
    public string? Header(string name) => Fields.First(name)?.Text;
}
