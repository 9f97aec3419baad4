namespace FilterHost.Plugins.Dmarc;

public sealed record DomainActions
{
    [Setting("Author domains: \"example.com\" is that domain, \".example.com\" all below it.")]
    public required IReadOnlyList<string> Domains { get; init; }

    [Setting("In place of `on_reject`.")]
    public MailAction? OnReject { get; init; }

    [Setting("In place of `on_quarantine`.")]
    public MailAction? OnQuarantine { get; init; }

    [Setting("In place of `on_none`.")]
    public MailAction? OnNone { get; init; }

    [Setting("In place of `on_temperror`.")]
    public MailAction? OnTemperror { get; init; }

    [Setting("In place of `on_permerror`.")]
    public MailAction? OnPermerror { get; init; }

    [Setting("In place of `require_aligned_dkim`.")]
    public bool? RequireAlignedDkim { get; init; }

    [Setting("In place of `on_no_aligned_dkim`.")]
    public MailAction? OnNoAlignedDkim { get; init; }
}
