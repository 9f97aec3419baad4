using System.Text.Json;

namespace FilterHost.Observation;

/// <summary>The line that an observing listener logs, as observe.md describes it.</summary>
internal static class ObservationLine
{
    /// <summary>The form of the lines that is known here.</summary>
    private const int Version = 1;

    private static ReadOnlySpan<byte> Mark => ": observed {"u8;

    /// <summary>True for a line that says of itself that it is one, whatever stands before the queue id.</summary>
    public static bool TryFind(ReadOnlyMemory<byte> line, out ReadOnlyMemory<byte> json)
    {
        var mark = line.Span.IndexOf(Mark);
        json = mark < 0 ? default : line[(mark + Mark.Length - 1)..];
        return mark >= 0;
    }

    /// <summary>Reads the object; null, with the reason, where it is broken or of another form.</summary>
    public static ObservedMessage? Read(ReadOnlyMemory<byte> json, out string reason)
    {
        reason = "";
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.TryGetProperty("v", out var version) && version.GetInt32() == Version)
                return Read(document.RootElement);
            reason = "another form";
        }
        // Logs are cut, rotated and glued together: the words are JSON's where it is none, and the type's where a value is of another.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            reason = "broken";
        }
        return null;
    }

    private static ObservedMessage? Read(JsonElement line) => new()
    {
        QueueId = Text(line, "queue_id"),
        Verdict = Text(line, "verdict") ?? throw new FormatException("no verdict"),
        Reply = Text(line, "reply"),
        Client = Text(line, "client"),
        Origin = Text(line, "origin"),
        From = Text(line, "from"),
        RefusedRecipients = [.. Items(line, "refused_recipients").Select(refused => (Text(refused, "recipient") ?? "", Text(refused, "reply")))],
        SignaturesMade = [.. Items(line, "edits").Where(IsSignature).Select(edit => Text(edit, "value") ?? "")],
        Results = [.. Items(line, "results").Select(ResultOf)],
        AuthenticationResults = Texts(line, "authentication_results"),
        SignaturesReceived = Texts(line, "dkim_signatures"),
    };

    private static bool IsSignature(JsonElement edit) =>
        Text(edit, "edit") is "insert_field" or "append_field" && string.Equals(Text(edit, "name"), "DKIM-Signature", StringComparison.OrdinalIgnoreCase);

    private static ObservedResult ResultOf(JsonElement result) => new(Text(result, "method") ?? "", Text(result, "result") ?? "", Texts(result, "properties"), Text(result, "reason"));

    private static string[] Texts(JsonElement line, string key) => [.. Items(line, key).Select(item => item.GetString() ?? "")];

    private static string? Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement line, string key) => line.TryGetProperty(key, out var list) ? list.EnumerateArray() : default;
}
