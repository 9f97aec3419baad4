using System.Text.Json;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Isolation;

/// <summary>What a worker's filter found of a message, as it comes back at the end of the message: in the body of one header field whose name nobody else knows, beside the edits.</summary>
internal sealed record FilterReport
{
    /// <summary>The verdict, where it is final; it stands here, since nothing goes with a refusal.</summary>
    public MilterReplyKind Reply { get; init; } = MilterReplyKind.Continue;

    public int Code { get; init; }

    public string EnhancedCode { get; init; } = "";

    public string Text { get; init; } = "";

    public IReadOnlyList<CarriedResult> Results { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    public IReadOnlyList<CarriedAttribute> Attributes { get; init; } = [];

    public static FilterReport Of(Transaction? transaction, MilterReply reply)
    {
        var report = new FilterReport { Reply = reply.Kind };
        if (reply.SmtpReply is { } smtp)
            report = report with { Code = smtp.Code, EnhancedCode = smtp.EnhancedCode, Text = string.Join('\n', smtp.Lines) };
        return transaction is null ? report : report with
        {
            Results = [.. transaction.NewResults.Select(result => CarriedResult.Of(result, transaction.Received))],
            Notes = [.. transaction.Notes.Select(note => note.Text)],
            Attributes = [.. transaction.Attributes.Select(attribute => CarriedAttribute.Of(attribute.Key, attribute.Value)).OfType<CarriedAttribute>()],
        };
    }

    /// <summary>Reads the body of the field.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static FilterReport Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize<FilterReport>(body, WorkerJson.Options) ?? throw new JsonException("nothing in the worker's report");

    public byte[] ToOctets() => JsonSerializer.SerializeToUtf8Bytes(this, WorkerJson.Options);

    /// <summary>The verdict.</summary>
    public Verdict ToVerdict() => Reply switch
    {
        MilterReplyKind.ReplyCode => Verdict.Reply(new SmtpReply(Code, EnhancedCode, Text)),
        MilterReplyKind.Discard => Verdict.Discard,
        MilterReplyKind.Accept => Verdict.Accept,
        _ => Verdict.Continue,
    };
}
