namespace FilterHost.MailAuth.Dmarc;

/// <summary>What DNS says about the record of a domain.</summary>
/// <param name="Record">The one record; null where there is none, or several.</param>
/// <param name="FailedAt">The domain whose record could not be looked up; null where DNS answered.</param>
/// <param name="HasSeveral">There are several records.</param>
/// <param name="NameExists">The question's name exists, and so does the domain above it.</param>
internal sealed record RecordAnswer(DmarcRecord? Record, DomainName? FailedAt = null, bool HasSeveral = false, bool NameExists = false);
