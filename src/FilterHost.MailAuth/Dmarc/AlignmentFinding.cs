namespace FilterHost.MailAuth.Dmarc;

/// <summary>Whether a mechanism gives an aligned identifier.</summary>
/// <param name="IsAligned">Null where DNS failed and that decides.</param>
/// <param name="Problem">What failed, for use where <paramref name="IsAligned"/> is null.</param>
internal readonly record struct AlignmentFinding(bool? IsAligned, string? Problem = null)
{
    /// <summary>The finding, where a method may have had more to say than it did: what is not aligned is then not known.</summary>
    public AlignmentFinding Unless(bool isUnknown, string method) => isUnknown && IsAligned is false ? new AlignmentFinding(null, $"the results of {method} are not known") : this;
}
