using System.Text;
using FilterHost.Milter;

namespace FilterHost.Testing;

/// <summary>What an MTA makes of a message by the edits that a filter sent it, in their order.</summary>
internal static class ReceivedEdits
{
    public static byte[] Apply(ReadOnlyMemory<byte> message, IReadOnlyList<MilterEdit> edits)
    {
        var fields = MessageParts.Read(message, out var body);
        foreach (var edit in edits)
        {
            switch (edit)
            {
                case MilterEdit.AddHeader add:
                    fields.Add(FieldOf(add.Name, add.Value));
                    break;
                case MilterEdit.InsertHeader insert:
                    fields.Insert((int)Math.Min(insert.Index, (uint)fields.Count), FieldOf(insert.Name, insert.Value));
                    break;
                case MilterEdit.ChangeHeader change:
                    Change(fields, change);
                    break;
            }
        }
        var chunks = edits.OfType<MilterEdit.ReplaceBody>().Select(edit => edit.Chunk.ToArray()).ToArray();
        return MessageParts.Write(fields, chunks.Length == 0 ? body.Span : chunks.SelectMany(static chunk => chunk).ToArray());
    }

    // The index counts fields of that name from 1; an empty value deletes, and one that is not there is added.
    private static void Change(List<HeaderField> fields, MilterEdit.ChangeHeader change)
    {
        var name = Encoding.ASCII.GetString(change.Name.Span);
        var positions = Enumerable.Range(0, fields.Count).Where(position => fields[position].IsNamed(name)).ToArray();
        if (change.Index == 0 || change.Index > positions.Length)
        {
            if (!change.Value.IsEmpty)
                fields.Add(FieldOf(change.Name, change.Value));
            return;
        }
        var place = positions[change.Index - 1];
        if (change.Value.IsEmpty)
            fields.RemoveAt(place);
        else
            fields[place] = FieldOf(change.Name, change.Value);
    }

    private static HeaderField FieldOf(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value) =>
        new(name, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(value.Span).Replace("\n", "\r\n", StringComparison.Ordinal)));
}
