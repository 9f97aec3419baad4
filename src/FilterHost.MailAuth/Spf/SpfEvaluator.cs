using System.Buffers;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Spf;

/// <summary>
/// Evaluates SPF (RFC 7208). Safe for use by many callers at once; it remembers parsed records, never answers. Whatever a domain publishes and a client says is a result, never an exception.
/// </summary>
/// <param name="options">The limits.</param>
/// <param name="time">The clock for the time limit and the macro <c>%{t}</c>.</param>
public sealed class SpfEvaluator(SpfOptions options, TimeProvider time)
{
    // What is written of a mechanism and a local part. A record may have terms of any length.
    private const int MaximumMechanism = 256;
    private const int MaximumLocalPart = 256;

    // RFC 5322 §3.2.3: atext, and the dots of dot-atom.
    private static readonly SearchValues<char> AtomCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    private readonly SpfRecordCache _records = new();

    /// <summary>Evaluates one identity.</summary>
    /// <param name="request">The question.</param>
    /// <param name="resolver">Where records are looked up.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<SpfEvaluation> EvaluateAsync(SpfRequest request, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        if (WhyNone(request) is { } reason)
            return new SpfEvaluation(ResultOf(request, new Finding(SpfOutcome.None, reason)));
        using var limit = new CancellationTokenSource(options.TimeLimit, time);
        using var registration = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        var run = new SpfRun(request, options, _records, resolver, time, limit.Token);
        var finding = await WithinLimitAsync(run.CheckHostAsync(request.Domain!), cancellationToken).ConfigureAwait(false)
            // RFC 7208 §4.6.4: "If such a limit is exceeded, the result of authorization SHOULD be "temperror"."
            ?? new Finding(SpfOutcome.TempError, "the time limit was reached");
        var explanation = request.WantsExplanation && finding.Outcome == SpfOutcome.Fail
            ? await WithinLimitAsync(run.ExplainAsync(finding), cancellationToken).ConfigureAwait(false)
            : null;
        return new SpfEvaluation(ResultOf(request, finding), explanation);
    }

    /// <summary>Null where the limit came first.</summary>
    private static async ValueTask<T?> WithinLimitAsync<T>(ValueTask<T> work, CancellationToken cancellationToken)
        where T : class?
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // RFC 7208 §4.3: what is no multi-label domain name gives "none"; nothing is asked.
    private static string? WhyNone(SpfRequest request)
    {
        if (request.ClientAddress is null)
            return "the client's address is not known";
        if (request.Domain is not null)
            return null;
        return request.Identity == SpfIdentity.Helo || request.IsNullPath ? "the HELO name is no domain" : "the reverse-path has no domain";
    }

    private static SpfResult ResultOf(SpfRequest request, Finding finding) => new()
    {
        Outcome = finding.Outcome,
        Reason = finding.Reason,
        Identity = request.Identity,
        Domain = request.Domain,
        Mailbox = MailboxOf(request),
        IsNullPath = request.IsNullPath,
        Mechanism = finding.Mechanism is { Length: > MaximumMechanism } mechanism ? mechanism[..MaximumMechanism] : finding.Mechanism,
        MatchWidth = finding.MatchWidth,
    };

    // A local part that needs quotes is left out: the property may be the domain alone (RFC 8601 §2.7.2), and nobody has to unquote what a client made up.
    private static string? MailboxOf(SpfRequest request)
    {
        if (request.Domain is null)
            return null;
        var isAtom = request.LocalPart.Length <= MaximumLocalPart && !request.LocalPart.AsSpan().ContainsAnyExcept(AtomCharacters);
        return request.Identity == SpfIdentity.Helo || request.IsNullPath || !isAtom ? request.Domain.ToString() : $"{request.LocalPart}@{request.Domain}";
    }
}
