using System.Buffers.Binary;
using System.Text;

namespace FilterHost.Milter;

/// <summary>Reads the data of a filter's frames.</summary>
internal static class MilterReplyPayload
{
    /// <summary>A final reply; a filter that is vague here is not to be trusted with mail.</summary>
    public static bool TryReadFinal(byte code, ReadOnlyMemory<byte> data, out MilterReplyKind kind, out ReadOnlyMemory<byte> text)
    {
        (kind, text) = ((MilterReplyKind)code, default);
        if (kind == MilterReplyKind.ReplyCode)
            return MilterPayload.TryReadString(data, out text) && IsReplyText(text.Span);
        return Enum.IsDefined(kind) && data.IsEmpty;
    }

    /// <summary>An edit and the action that it needs.</summary>
    public static MilterEdit? TryReadEdit(byte code, ReadOnlyMemory<byte> data, out MilterActions needed)
    {
        needed = Needed(code);
        return code switch
        {
            MilterReplyCode.AddHeader when TryReadField(data, out var name, out var value) => new MilterEdit.AddHeader(name, value),
            MilterReplyCode.InsertHeader when TryReadIndexed(data, out var index, out var name, out var value) => new MilterEdit.InsertHeader(index, name, value),
            MilterReplyCode.ChangeHeader when TryReadIndexed(data, out var index, out var name, out var value) => new MilterEdit.ChangeHeader(index, name, value),
            MilterReplyCode.ReplaceBody => new MilterEdit.ReplaceBody(data),
            MilterReplyCode.AddRecipient when MilterPayload.TryReadString(data, out var path) => new MilterEdit.AddRecipient(path, null),
            MilterReplyCode.AddRecipientWithParameters when TryReadAddress(data, out var path, out var parameters) => new MilterEdit.AddRecipient(path, parameters),
            MilterReplyCode.DeleteRecipient when MilterPayload.TryReadString(data, out var path) => new MilterEdit.DeleteRecipient(path),
            MilterReplyCode.ChangeSender when TryReadAddress(data, out var path, out var parameters) => new MilterEdit.ChangeSender(path, parameters),
            MilterReplyCode.Quarantine when MilterPayload.TryReadString(data, out var reason) => new MilterEdit.Quarantine(reason),
            _ => null,
        };
    }

    private static MilterActions Needed(byte code) => code switch
    {
        MilterReplyCode.AddHeader or MilterReplyCode.InsertHeader => MilterActions.AddHeaders,
        MilterReplyCode.ChangeHeader => MilterActions.ChangeHeaders,
        MilterReplyCode.ReplaceBody => MilterActions.ChangeBody,
        MilterReplyCode.AddRecipient => MilterActions.AddRecipients,
        MilterReplyCode.AddRecipientWithParameters => MilterActions.AddRecipientsWithParameters,
        MilterReplyCode.DeleteRecipient => MilterActions.DeleteRecipients,
        MilterReplyCode.ChangeSender => MilterActions.ChangeSender,
        MilterReplyCode.Quarantine => MilterActions.Quarantine,
        _ => MilterActions.None,
    };

    /// <summary>The stages of a negotiation reply after its three numbers: number, names separated by spaces, NUL.</summary>
    public static bool TryReadMacroLists(ReadOnlySpan<byte> data, out List<MacroRequest> lists)
    {
        lists = [];
        while (data.Length > 0)
        {
            var end = data.Length < 4 ? -1 : data[4..].IndexOf((byte)0);
            if (end < 0)
                return false;
            var stage = (MacroStage)BinaryPrimitives.ReadInt32BigEndian(data);
            if (!Enum.IsDefined(stage))
                return false;
            var names = Encoding.ASCII.GetString(data.Slice(4, end)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            lists.Add(new MacroRequest(stage, names));
            data = data[(4 + end + 1)..];
        }
        return true;
    }

    private static bool TryReadField(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> value)
    {
        (name, value) = (default, default);
        if (!MilterPayload.TryReadField(data.Span, out var first, out var second) || first.IsEmpty)
            return false;
        (name, value) = (data[..first.Length], data.Slice(first.Length + 1, second.Length));
        return true;
    }

    private static bool TryReadIndexed(ReadOnlyMemory<byte> data, out uint index, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> value)
    {
        (index, name, value) = (0, default, default);
        return data.Length > 4
            && BinaryPrimitives.TryReadUInt32BigEndian(data.Span, out index)
            && TryReadField(data[4..], out name, out value);
    }

    private static bool TryReadAddress(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> path, out string? parameters)
    {
        parameters = null;
        if (!MilterPayload.TryReadPath(data, out path, out var rest) || rest.Count > 1)
            return false;
        parameters = rest.Count == 1 ? rest[0] : null;
        return true;
    }

    // As Postfix checks it since 2026: each line at least its code, "-" on all but the last, one class.
    private static bool IsReplyText(ReadOnlySpan<byte> text)
    {
        var first = text;
        while (true)
        {
            var end = text.IndexOf("\r\n"u8);
            var line = end < 0 ? text : text[..end];
            if (line.Length < 3 || !line[..3].SequenceEqual(first[..3]) || line.ContainsAny((byte)'\r', (byte)'\n'))
                return false;
            if (line[0] is not ((byte)'4' or (byte)'5') || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2]))
                return false;
            if (end < 0)
                return line.Length == 3 || line[3] == ' ';
            if (line.Length < 4 || line[3] != '-')
                return false;
            text = text[(end + 2)..];
        }
    }
}
