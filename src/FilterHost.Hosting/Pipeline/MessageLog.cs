using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The one log line of a message: queue id, outcome, who sent it, results, and what each filter says it did or did not do.</summary>
internal static class MessageLog
{
    public static void Write(ILogger logger, Transaction transaction, TimeProvider time)
    {
        // What is dropped leaves no other trace.
        var level = transaction.Outcome is TransactionOutcome.Discarded ? LogLevel.Warning : LogLevel.Information;
        if (logger.IsEnabled(level))
            logger.Log(level, "{Line}", Line(transaction, time));
    }

    private static string Line(Transaction transaction, TimeProvider time)
    {
        var line = new StringBuilder(256);
        line.Append(CultureInfo.InvariantCulture, $"{transaction.QueueId ?? "-"}: {Word(transaction.Outcome)}");
        if (transaction.Refusal is { } refusal)
            line.Append(CultureInfo.InvariantCulture, $" ({refusal})");
        line.Append(CultureInfo.InvariantCulture, $", from={Clean(transaction.Envelope.ReversePath.ToString())}");
        if (transaction.Outcome is TransactionOutcome.Discarded)
            AppendAddressees(line, transaction);
        line.Append(CultureInfo.InvariantCulture, $", client={Clean(transaction.Connection.Describe())}");
        if (transaction.AuthenticatedUser is { } user)
            line.Append(CultureInfo.InvariantCulture, $", user={Clean(user)}");
        foreach (var result in transaction.Results)
            AppendResult(line, result);
        foreach (var (filter, text) in transaction.Notes)
            line.Append(CultureInfo.InvariantCulture, $", {filter}: {Clean(text)}");
        line.Append(CultureInfo.InvariantCulture, $", {time.GetElapsedTime(transaction.StartedAt).TotalMilliseconds:0} ms");
        return line.ToString();
    }

    private static void AppendAddressees(StringBuilder line, Transaction transaction)
    {
        foreach (var recipient in transaction.Envelope.Recipients)
            line.Append(CultureInfo.InvariantCulture, $", to={Clean(recipient.Address.ToString())}");
        foreach (var field in transaction.Received.Where(field => field.IsNamed("Message-ID")))
            line.Append(CultureInfo.InvariantCulture, $", message-id={Clean(field.Text)}");
    }

    private static void AppendResult(StringBuilder line, AuthenticationResult result)
    {
        line.Append(CultureInfo.InvariantCulture, $", {result.Method}={result.Word}");
        foreach (var property in result.Properties)
            line.Append(CultureInfo.InvariantCulture, $" {property.Type}.{property.Name}={Clean(property.Value)}");
        if (result.Reason is { } reason)
            line.Append(CultureInfo.InvariantCulture, $" ({Clean(reason)})");
    }

    private static string Word(TransactionOutcome? outcome) => outcome switch
    {
        TransactionOutcome.Passed => "passed",
        TransactionOutcome.Rejected => "rejected",
        TransactionOutcome.TempFailed => "refused for now",
        TransactionOutcome.Discarded => "discarded",
        _ => "aborted",
    };

    // What a client sent must not look like another line, or move a terminal's cursor.
    private static string Clean(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && !text.Contains('\u007f', StringComparison.Ordinal)
            ? text
            : string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
}
