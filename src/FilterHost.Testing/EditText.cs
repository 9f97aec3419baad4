using System.Text;

namespace FilterHost.Testing;

/// <summary>An edit as a line of text.</summary>
internal static class EditText
{
    public static string Of(Edit edit) => $"{edit.Filter} {edit switch
    {
        Edit.InsertField insert => $"inserts {Line(insert.Field)}",
        Edit.AppendField append => $"appends {Line(append.Field)}",
        Edit.ReplaceField replace => $"replaces {Line(replace.Field)} by {Line(replace.Replacement)}",
        Edit.RemoveField remove => $"removes {Line(remove.Field)}",
        Edit.ReplaceBody body => $"replaces the body by {body.Body.Length} octets",
        Edit.AddRecipient add => $"adds the recipient {add.Path} {add.Parameters}",
        Edit.RemoveRecipient remove => $"removes the recipient {remove.Recipient.Address}",
        Edit.ChangeSender change => $"changes the sender to {change.Path} {change.Parameters}",
        Edit.Quarantine quarantine => $"asks to hold the message: {quarantine.Reason}",
        _ => edit.ToString(),
    }}".TrimEnd();

    private static string Line(HeaderField field) =>
        Encoding.UTF8.GetString(field.Name.Span) + ":" + Encoding.UTF8.GetString(field.Body.Span).Replace("\r\n", "", StringComparison.Ordinal);
}
