namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>What was found of one part, and what is done about it.</summary>
internal sealed record Finding(AttachmentAction Action, string Text)
{
    public static Finding? Strongest(IEnumerable<Finding> findings) => findings.MaxBy(static finding => finding.Action);
}
