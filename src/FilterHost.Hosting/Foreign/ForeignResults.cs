using FilterHost.MailAuth.Syntax;

namespace FilterHost.Hosting.Foreign;

/// <summary>Takes the results that a milter computed out of the field that it adds.</summary>
internal static class ForeignResults
{
    public const string FieldName = "Authentication-Results";

    /// <summary>Publishes the results of these methods; what is dropped is noted.</summary>
    public static void Publish(CompleteMessage message, HeaderField field, IReadOnlyList<string> methods)
    {
        if (AuthenticationResultsField.Read(field.Body.Span) is not { } read)
        {
            message.Note($"dropped the milter's {FieldName} field, which cannot be read");
            return;
        }
        foreach (var result in read.Results)
        {
            if (methods.Contains(result.Method, StringComparer.Ordinal))
                message.Publish(result);
            else
                message.Note($"dropped the milter's {result.Method}={result.Word}");
        }
    }
}
