namespace FilterHost.Plugins.DkimSign;

public sealed record DomainSigning
{
    [Setting("Author domains: \"example.com\" is that domain, \".example.com\" all below it.")]
    public required IReadOnlyList<string> Domains { get; init; }

    [Setting("In place of `canonicalization`.")]
    public string? Canonicalization { get; init; }

    [Setting("In place of `oversign`.")]
    public IReadOnlyList<string>? Oversign { get; init; }

    [Setting("In place of `sign_headers`.")]
    public IReadOnlyList<string>? SignHeaders { get; init; }

    [Setting("In place of `omit_headers`.")]
    public IReadOnlyList<string>? OmitHeaders { get; init; }

    [Setting("In place of `expire_after`.", Minimum = 0)]
    public TimeSpan? ExpireAfter { get; init; }

    [Setting("In place of `user_identifier`.")]
    public string? UserIdentifier { get; init; }

    [Setting("In place of `request_reports`.")]
    public bool? RequestReports { get; init; }

    [Setting("In place of `copy_headers`.")]
    public bool? CopyHeaders { get; init; }
}
