using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Foreign;

/// <summary>Records by meaning what a milter asks for in the terms of the protocol.</summary>
internal sealed class ForeignEdits(CompleteMessage message, SentHeader? sent, IReadOnlyList<string> publishes, ILogger logger)
{
    private readonly SentHeader _sent = sent ?? new SentHeader([], null);

    /// <summary>Records them all; the order is the milter's.</summary>
    /// <param name="edits">The edits.</param>
    /// <param name="hasLeadingSpace">True where a value is every octet after the colon; otherwise it is the MTA that puts a space before.</param>
    public void Record(IReadOnlyList<MilterEdit> edits, bool hasLeadingSpace)
    {
        foreach (var edit in edits)
        {
            switch (edit)
            {
                case MilterEdit.AddHeader add:
                    Add(Field(add.Name, add.Value, hasLeadingSpace), message.Edits.Append);
                    break;
                case MilterEdit.InsertHeader insert:
                    // 0 is above the MTA's own Received field and 1 below it; an index past the end appends.
                    Add(Field(insert.Name, insert.Value, hasLeadingSpace), insert.Index <= _sent.Fields.Count ? message.Edits.InsertAtTop : message.Edits.Append);
                    break;
                case MilterEdit.ChangeHeader change:
                    Change(change.Index, Field(change.Name, change.Value, hasLeadingSpace), isRemoval: change.Value.IsEmpty);
                    break;
                case MilterEdit.ReplaceBody:
                    // All chunks are one body.
                    break;
                default:
                    RecordOfEnvelope(edit);
                    break;
            }
        }
        var chunks = edits.OfType<MilterEdit.ReplaceBody>().Select(edit => edit.Chunk).ToList();
        if (chunks.Count > 0)
            message.Edits.ReplaceBody(Joined(chunks));
    }

    private void RecordOfEnvelope(MilterEdit edit)
    {
        switch (edit)
        {
            case MilterEdit.AddRecipient add:
                message.Edits.AddRecipient(Text(add.Path), add.Parameters);
                break;
            case MilterEdit.DeleteRecipient delete when Find(Text(delete.Path)) is { } recipient:
                message.Edits.RemoveRecipient(recipient);
                break;
            case MilterEdit.ChangeSender change:
                message.Edits.ChangeSender(Text(change.Path), change.Parameters);
                break;
            case MilterEdit.Quarantine quarantine:
                message.Edits.Quarantine(Text(quarantine.Reason));
                break;
            default:
                // A recipient that the message does not have: MTAs pass over it.
                break;
        }
    }

    private void Add(HeaderField field, Action<HeaderField> add)
    {
        if (publishes.Count > 0 && field.IsNamed(ForeignResults.FieldName))
            ForeignResults.Publish(message, field, publishes);
        else
            add(field);
    }

    private void Change(uint index, HeaderField field, bool isRemoval)
    {
        // Postfix takes 0 for 1; both MTAs add a field that is not there.
        var named = _sent.Named(SentHeader.NameOf(field.Name));
        var slot = (int)Math.Min(Math.Max(index, 1) - 1, int.MaxValue);
        var current = slot < named.Count ? named[slot] : null;
        if (_sent.IsOurResults(current))
            logger.LogDebug("the milter edits the field that shows it the results so far, which is ignored: that field is in no message");
        else if (isRemoval && current is not null)
            message.Edits.Remove(current);
        else if (!isRemoval && current is null)
            message.Edits.Append(field);
        else if (!isRemoval && current is not null)
            named[slot] = message.Edits.Replace(current, field.Body);
        if (isRemoval && current is not null && !_sent.IsOurResults(current))
            named[slot] = null;
    }

    // As RCPT TO had it, or with the brackets that one of the two lacks.
    private EnvelopeRecipient? Find(string path) =>
        message.Envelope.Recipients.FirstOrDefault(recipient => recipient.Address.ToString() == path)
        ?? message.Envelope.Recipients.FirstOrDefault(recipient => Bare(recipient.Address.ToString()) == Bare(path));

    private static string Bare(string path) => path is ['<', .. var bare, '>'] ? bare : path;

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    private static HeaderField Field(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value, bool hasLeadingSpace)
    {
        var body = new List<byte>(value.Length + 8);
        if (!hasLeadingSpace)
            body.Add((byte)' ');
        // On the wire a fold is LF and white space.
        foreach (var octet in value.Span)
        {
            if (octet == '\n' && (body.Count == 0 || body[^1] != '\r'))
                body.Add((byte)'\r');
            body.Add(octet);
        }
        return new HeaderField(name, body.ToArray());
    }

    private static byte[] Joined(List<ReadOnlyMemory<byte>> chunks)
    {
        var body = new byte[chunks.Sum(chunk => chunk.Length)];
        var end = 0;
        foreach (var chunk in chunks)
        {
            chunk.CopyTo(body.AsMemory(end));
            end += chunk.Length;
        }
        return body;
    }
}
