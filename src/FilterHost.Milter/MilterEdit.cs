namespace FilterHost.Milter;

/// <summary>One edit as a filter sent it. Values of fields are as on the wire: folds are LF and white space, the leading space is there where it was negotiated.</summary>
public abstract record MilterEdit
{
    private MilterEdit()
    {
    }

    /// <summary>SMFIR_ADDHEADER.</summary>
    public sealed record AddHeader(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value) : MilterEdit;

    /// <summary>SMFIR_INSHEADER; index 0 is the top.</summary>
    public sealed record InsertHeader(uint Index, ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value) : MilterEdit;

    /// <summary>SMFIR_CHGHEADER; the index counts fields of that name from 1, an empty value deletes.</summary>
    public sealed record ChangeHeader(uint Index, ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value) : MilterEdit;

    /// <summary>SMFIR_REPLBODY: one part of the new body.</summary>
    public sealed record ReplaceBody(ReadOnlyMemory<byte> Chunk) : MilterEdit;

    /// <summary>SMFIR_ADDRCPT, or SMFIR_ADDRCPT_PAR where there are parameters.</summary>
    public sealed record AddRecipient(ReadOnlyMemory<byte> Path, string? Parameters) : MilterEdit;

    /// <summary>SMFIR_DELRCPT.</summary>
    public sealed record DeleteRecipient(ReadOnlyMemory<byte> Path) : MilterEdit;

    /// <summary>SMFIR_CHGFROM.</summary>
    public sealed record ChangeSender(ReadOnlyMemory<byte> Path, string? Parameters) : MilterEdit;

    /// <summary>SMFIR_QUARANTINE.</summary>
    public sealed record Quarantine(ReadOnlyMemory<byte> Reason) : MilterEdit;
}
