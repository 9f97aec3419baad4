namespace FilterHost.MailAuth.Dmarc;

/// <summary>
/// Checks identifiers against the author domain (RFC 9989 §4.10.2). DNS is asked only where the answer hangs on it: an organizational domain is the name itself or one above it, so an identifier
/// that is not at or below the author's cannot be aligned, and the failure of its servers, which a stranger can bring about at will, hides nothing.
/// </summary>
internal sealed class AlignmentCheck(DomainName author, DomainTree tree)
{
    private OrganizationAnswer? _organization;
    private bool _hasIdentical;

    /// <summary>The author's organizational domain, as far as the checks needed it; where an identifier equals an author domain with a record, "this common domain is treated as the Organizational Domain".</summary>
    public DomainName? OrganizationalDomain => _organization is { } found ? found.Domain : _hasIdentical ? author : null;

    public async ValueTask<AlignmentFinding> CheckAsync(IReadOnlyList<AuthenticatedIdentifier> identifiers, bool isStrict)
    {
        if (identifiers.Contains(new AuthenticatedIdentifier(author, IsPass: true)))
        {
            _hasIdentical = true;
            return new AlignmentFinding(true);
        }
        if (!isStrict && identifiers.Any(identifier => !identifier.Domain.Equals(author) && HaveCommonTop(identifier.Domain, author)))
            _organization ??= await tree.FindOrganizationAsync(author);
        var findings = await Task.WhenAll(identifiers.Select(identifier => CheckAsync(identifier, isStrict).AsTask()));
        foreach (var finding in findings)
        {
            if (finding.IsAligned is true)
                return finding;
        }
        foreach (var finding in findings)
        {
            if (finding.IsAligned is null)
                return finding;
        }
        return new AlignmentFinding(false);
    }

    private async ValueTask<AlignmentFinding> CheckAsync(AuthenticatedIdentifier identifier, bool isStrict)
    {
        var finding = await AlignAsync(identifier.Domain, isStrict);
        return finding.IsAligned is true && !identifier.IsPass ? new AlignmentFinding(null, $"{identifier.Domain} could not be authenticated for now") : finding;
    }

    private async ValueTask<AlignmentFinding> AlignAsync(DomainName identifier, bool isStrict)
    {
        if (identifier.Equals(author))
            return new AlignmentFinding(true);
        if (isStrict || !HaveCommonTop(identifier, author))
            return new AlignmentFinding(false);
        var authors = _organization.GetValueOrDefault();
        if (authors.Domain is null)
            return Failed(authors);
        if (!identifier.IsSameOrBelow(authors.Domain))
            return new AlignmentFinding(false);
        var own = await tree.FindOrganizationAsync(identifier);
        return own.Domain is null ? Failed(own) : new AlignmentFinding(own.Domain.Equals(authors.Domain));
    }

    private static AlignmentFinding Failed(OrganizationAnswer answer) => new(null, $"the DMARC record of {answer.FailedAt} could not be looked up");

    private static bool HaveCommonTop(DomainName one, DomainName other) => TopOf(one.ToString()).SequenceEqual(TopOf(other.ToString()));

    private static ReadOnlySpan<char> TopOf(string name) => name.AsSpan(name.LastIndexOf('.') + 1);
}
