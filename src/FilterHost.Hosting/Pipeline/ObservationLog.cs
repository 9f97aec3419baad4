using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// The one log line of a message that was only observed: queue id, the word <c>observed</c>, and an object of JSON in ASCII. Programs read it, so that its form is kept; observe.md describes it.
/// </summary>
internal static class ObservationLog
{
    /// <summary>The form's number; it changes where what was written before changes its meaning.</summary>
    public const int Version = 1;

    // A message may come with thousands of fields, each as long as the header section may be.
    private const int MostFields = 20;
    private const int LongestValue = 4000;

    public static void Write(ILogger logger, Transaction transaction, TimeProvider time)
    {
        if (logger.IsEnabled(LogLevel.Information))
            logger.LogInformation("{Line}", $"{transaction.QueueId ?? "-"}: observed {Json(transaction, time)}");
    }

    /// <summary>A client that was refused, or let pass, before any message.</summary>
    public static void Write(ILogger logger, ConnectionFacts connection, MilterReply decision)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var verdict = decision.Kind is MilterReplyKind.Accept ? "accept" : decision.SmtpReply is { } reply ? (reply.IsPermanent ? "reject" : "tempfail") : "discard";
            writer.WriteStartObject();
            writer.WriteNumber("v", Version);
            writer.WriteNull("queue_id");
            writer.WriteString("listener", connection.Listener);
            writer.WriteString("verdict", verdict);
            writer.WriteString("reply", decision.SmtpReply?.ToString());
            writer.WriteString("client", connection.Describe());
            writer.WriteEndObject();
        }
        logger.LogInformation("{Line}", $"-: observed {Encoding.ASCII.GetString(buffer.WrittenSpan)}");
    }

    private static string Json(Transaction transaction, TimeProvider time)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v", Version);
            WriteMessage(writer, transaction);
            WriteList(writer, "edits", transaction.NetEdits, WriteEdit);
            WriteList(writer, "results", transaction.Results, WriteResult);
            WriteList(writer, "notes", transaction.Notes, static (writer, note) => WriteTexts(writer, ("filter", note.Filter), ("text", note.Text)));
            WriteFields(writer, "authentication_results", transaction, "Authentication-Results");
            WriteFields(writer, "dkim_signatures", transaction, "DKIM-Signature");
            writer.WriteNumber("ms", (long)time.GetElapsedTime(transaction.StartedAt).TotalMilliseconds);
            writer.WriteEndObject();
        }
        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    private static void WriteMessage(Utf8JsonWriter writer, Transaction transaction)
    {
        writer.WriteString("queue_id", transaction.QueueId);
        writer.WriteString("listener", transaction.Connection.Listener);
        var (verdict, reply) = VerdictOf(transaction);
        writer.WriteString("verdict", verdict);
        writer.WriteString("reply", reply?.ToString());
        writer.WriteString("client", transaction.Connection.Describe());
        writer.WriteString("origin", transaction.Origin.ToString().ToLowerInvariant());
        writer.WriteString("from", transaction.Envelope.ReversePath.ToString());
        WriteList(writer, "recipients", transaction.Envelope.Recipients, static (writer, recipient) => writer.WriteStringValue(recipient.Address.ToString()));
        WriteList(writer, "refused_recipients", transaction.RefusedRecipients, static (writer, refused) => WriteTexts(writer, ("recipient", refused.Recipient.Address.ToString()), ("reply", refused.Reply.ToString())));
        writer.WriteString("message_id", transaction.Received.FirstOrDefault(field => field.IsNamed("Message-ID")) is { } field ? ValueOf(field) : null);
    }

    private static (string Verdict, SmtpReply? Reply) VerdictOf(Transaction transaction) => transaction.Outcome switch
    {
        TransactionOutcome.Passed => (transaction.NetEdits.Any(edit => edit is Edit.Quarantine) ? "quarantine" : "accept", null),
        TransactionOutcome.Rejected => ("reject", transaction.Refusal),
        TransactionOutcome.TempFailed => ("tempfail", transaction.Refusal),
        TransactionOutcome.Discarded => ("discard", null),
        // It is not the message that was refused then, but everybody whom it was for.
        _ when transaction is { RefusedRecipients: [.., var last], Envelope.Recipients.Count: 0 } => (last.Reply.IsPermanent ? "reject" : "tempfail", last.Reply),
        _ => ("aborted", null),
    };

    private static void WriteEdit(Utf8JsonWriter writer, Edit edit)
    {
        (string, string?)[] parts = edit switch
        {
            Edit.InsertField insert => [("edit", "insert_field"), ("name", NameOf(insert.Field)), ("value", ValueOf(insert.Field))],
            Edit.AppendField append => [("edit", "append_field"), ("name", NameOf(append.Field)), ("value", ValueOf(append.Field))],
            Edit.ReplaceField replace => [("edit", "replace_field"), ("name", NameOf(replace.Field)), ("value", ValueOf(replace.Replacement)), ("old_value", ValueOf(replace.Field))],
            Edit.RemoveField remove => [("edit", "remove_field"), ("name", NameOf(remove.Field)), ("old_value", ValueOf(remove.Field))],
            Edit.ReplaceBody body => [("edit", "replace_body"), ("octets", body.Body.Length.ToString(CultureInfo.InvariantCulture))],
            Edit.AddRecipient add => [("edit", "add_recipient"), ("recipient", add.Path)],
            Edit.RemoveRecipient remove => [("edit", "remove_recipient"), ("recipient", remove.Recipient.Address.ToString())],
            Edit.ChangeSender change => [("edit", "change_sender"), ("from", change.Path)],
            Edit.Quarantine quarantine => [("edit", "quarantine"), ("reason", quarantine.Reason)],
            _ => throw new ArgumentOutOfRangeException(nameof(edit)),
        };
        WriteTexts(writer, [("filter", edit.Filter), .. parts]);
    }

    private static void WriteResult(Utf8JsonWriter writer, AuthenticationResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("method", result.Method);
        writer.WriteString("result", result.Word);
        WriteList(writer, "properties", result.Properties, static (writer, property) => writer.WriteStringValue($"{property.Type}.{property.Name}={property.Value}"));
        writer.WriteString("reason", result.Reason);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, string key, Transaction transaction, string name) =>
        WriteList(writer, key, transaction.Received.Where(field => field.IsNamed(name)).Take(MostFields), static (writer, field) => writer.WriteStringValue(ValueOf(field)));

    private static void WriteList<T>(Utf8JsonWriter writer, string key, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(key);
        foreach (var item in items)
            write(writer, item);
        writer.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter writer, params ReadOnlySpan<(string Key, string? Text)> texts)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in texts)
            writer.WriteString(key, text);
        writer.WriteEndObject();
    }

    private static string NameOf(HeaderField field) => Encoding.ASCII.GetString(field.Name.Span);

    // One line, with single spaces; a folded value says the same.
    private static string ValueOf(HeaderField field)
    {
        var value = string.Join(' ', field.Text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return value.Length > LongestValue ? value[..LongestValue] : value;
    }
}
