namespace FilterHost.MailAuth.Spf;

/// <summary>Limits of an evaluation. All of them count over the whole of it, records that are included or redirected to among them.</summary>
public sealed record SpfOptions
{
    /// <summary>How many terms may ask DNS: include, a, mx, ptr, exists, redirect and <c>%{p}</c>. RFC 7208 §4.6.4 sets 10; a lower cap makes good records a permanent error.</summary>
    public int MaximumLookups { get; init; } = 10;

    /// <summary>How many questions may find nothing before the record is a permanent error. RFC 7208 §4.6.4 recommends 2.</summary>
    public int MaximumVoidLookups { get; init; } = 2;

    /// <summary>How long an evaluation may take; beyond it the result is temperror. RFC 7208 §4.6.4: "Such a limit SHOULD allow at least 20 seconds."</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);
}
