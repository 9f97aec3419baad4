using System.Globalization;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Checks;

/// <summary>
/// Rotates the keys of a domain, one step at a run. What the store has says which step is next, so that a run that was cut short is taken up by the next one.
/// At every moment the domain has an active key of each algorithm that it had: what follows is activated before what it follows is retired.
/// </summary>
internal sealed class KeyRotation(RotationPlan plan, ISigningKeyAdministration store, PublishedKeyLookup dns, TimeProvider time)
{
    /// <summary>What follows the selector of an RSA key in that of the Ed25519 key made with it.</summary>
    public const string Ed25519Suffix = "-ed25519";

    /// <summary>Does the next step.</summary>
    /// <exception cref="InvalidOperationException">The store refuses.</exception>
    public async Task<RotationStep> NextAsync(CancellationToken cancellationToken)
    {
        var keys = (await store.ListAsync(cancellationToken)).Where(key => key.SigningDomain.Equals(plan.Domain)).ToArray();
        var (active, pending) = (In(keys, SigningKeyState.Active), In(keys, SigningKeyState.Pending));
        if (keys.FirstOrDefault(static key => key.State != SigningKeyState.Retired && key.Problem is not null) is { } unusable)
            return new RotationStep(RotationStepKind.Stuck, [], $"Mend the key first: {unusable.Problem}");
        if (active.Length + pending.Length == 0)
            return new RotationStep(RotationStepKind.Stuck, [], $"There is no key of {plan.Domain} to rotate. Make the first with: filterhost keys generate -d {plan.Domain} -s SELECTOR");
        if (pending.Length > 0)
            return await GoOnAsync(active, pending, cancellationToken);
        if (active.GroupBy(static key => key.Algorithm).Any(static group => group.Count() > 1))
            return await FinishAsync(active, cancellationToken);
        return FindReasonToWait(keys, active) ?? await MakeAsync(keys, active.Select(static key => key.Algorithm!.Value), cancellationToken);
    }

    private static SigningKeyDescription[] In(IEnumerable<SigningKeyDescription> keys, SigningKeyState state) => [.. keys.Where(key => key.State == state)];

    private async Task<RotationStep> MakeAsync(SigningKeyDescription[] keys, IEnumerable<SigningAlgorithm> algorithms, CancellationToken cancellationToken)
    {
        var wanted = algorithms.Distinct().Order().ToArray();
        var selector = plan.Selector ?? SelectorOfTheDay(keys);
        var made = new List<SigningKeyDescription>();
        foreach (var algorithm in wanted)
        {
            made.Add(await store.CreateAsync(
                new SigningKeyRequest
                {
                    SigningDomain = plan.Domain,
                    Selector = wanted is [SigningAlgorithm.Ed25519Sha256] || algorithm == SigningAlgorithm.RsaSha256 ? selector : selector + Ed25519Suffix,
                    Algorithm = algorithm,
                    RsaBits = plan.RsaBits,
                    IsPending = true,
                },
                cancellationToken));
        }
        return new RotationStep(
            RotationStepKind.Made,
            [.. made.Select(static key => $"made {key.Place}, which does not sign yet")],
            "Publish the records, and run this again: it lets the keys sign once DNS shows them.")
        { ToPublish = made };
    }

    private async Task<RotationStep> GoOnAsync(SigningKeyDescription[] active, SigningKeyDescription[] pending, CancellationToken cancellationToken)
    {
        // A run that was cut short after the first of two keys. One that has been activated since is younger than what is pending.
        var begun = pending.Min(static key => key.Since);
        var lacking = active.GroupBy(static key => key.Algorithm!.Value)
            .Where(group => pending.All(key => key.Algorithm != group.Key) && group.All(key => key.Since < begun)).Select(static group => group.Key).ToArray();
        if (lacking is [SigningAlgorithm.Ed25519Sha256] && pending is [{ Algorithm: SigningAlgorithm.RsaSha256 } begunWith])
            await store.CreateAsync(new SigningKeyRequest { SigningDomain = plan.Domain, Selector = begunWith.Selector + Ed25519Suffix, Algorithm = SigningAlgorithm.Ed25519Sha256, IsPending = true }, cancellationToken);
        if (lacking.Length > 0)
            pending = In((await store.ListAsync(cancellationToken)).Where(key => key.SigningDomain.Equals(plan.Domain)), SigningKeyState.Pending);
        if (await FindUnpublishedAsync(pending, cancellationToken) is { } waiting)
            return waiting;
        var done = new List<string>();
        foreach (var key in pending)
        {
            await store.ActivateAsync(plan.Domain, key.Selector, cancellationToken);
            done.Add($"activated {KeyRecordText.NameOf(key)}: DNS shows its record");
        }
        var superseded = active.Where(old => pending.Any(key => key.Algorithm == old.Algorithm)).ToArray();
        return await RetireAsync(superseded, done, cancellationToken);
    }

    // Several active keys of one algorithm are what a run leaves that was cut short between activation and retirement. The youngest is the new one.
    private async Task<RotationStep> FinishAsync(SigningKeyDescription[] active, CancellationToken cancellationToken)
    {
        var byAge = active.GroupBy(static key => key.Algorithm).Select(static group => group.OrderByDescending(static key => key.Since).ToArray()).Where(static group => group.Length > 1).ToArray();
        if (byAge.Any(static group => group[0].Since is null || group[0].Since == group[1].Since))
            return new RotationStep(RotationStepKind.Stuck, [], $"{plan.Domain} has several active keys of one algorithm, and it is not known which is the youngest. Take the others away.");
        if (await FindUnpublishedAsync([.. byAge.Select(static group => group[0])], cancellationToken) is { } waiting)
            return waiting;
        return await RetireAsync([.. byAge.SelectMany(static group => group[1..])], [], cancellationToken);
    }

    private async Task<RotationStep?> FindUnpublishedAsync(IReadOnlyList<SigningKeyDescription> keys, CancellationToken cancellationToken)
    {
        var findings = await dns.FindAsync(plan.Store, keys, cancellationToken);
        // With t=y every verifier would treat the domain's mail as unsigned (RFC 6376 §3.6.1).
        var missing = findings.Where(static finding => finding.State != PublishedKeyState.Good || finding.IsTesting || finding.Security == Dns.DnsSecurity.Bogus).ToArray();
        if (missing.Length == 0)
            return null;
        return new RotationStep(
            RotationStepKind.Waiting,
            [.. missing.Select(static finding => $"{finding.Name} {finding.Problem ?? finding.Remarks[0]}")],
            "Nothing was changed. Publish the records and run this again; a name server may remember for some minutes that there was none.")
        { ToPublish = [.. missing.Where(static finding => finding.State is not PublishedKeyState.Unreachable).Select(static finding => finding.Key)] };
    }

    private async Task<RotationStep> RetireAsync(SigningKeyDescription[] superseded, List<string> done, CancellationToken cancellationToken)
    {
        foreach (var key in superseded)
        {
            await store.RetireAsync(plan.Domain, key.Selector, cancellationToken);
            done.Add($"retired {KeyRecordText.NameOf(key)}");
        }
        return new RotationStep(
            RotationStepKind.Activated, done,
            superseded.Length == 0 ? "The rotation is finished." : $"Leave the records of the retired keys in DNS until {DayOf(time.GetUtcNow() + plan.Keep)}, since mail that they signed is under way.");
    }

    private RotationStep? FindReasonToWait(SigningKeyDescription[] keys, SigningKeyDescription[] active)
    {
        var now = time.GetUtcNow();
        var kept = In(keys, SigningKeyState.Retired).Where(key => key.Since + plan.Keep > now).ToArray();
        if (kept.Length > 0)
            return new RotationStep(
                RotationStepKind.Kept,
                [.. kept.Select(key => $"the record {KeyRecordText.NameOf(key)} has to stay in DNS until {DayOf(key.Since!.Value + plan.Keep)}")],
                "Nothing was changed. The next rotation begins after that.");
        if (plan.Selector is not null && active.Any(key => key.Selector == plan.Selector))
            return new RotationStep(RotationStepKind.NotDue, [.. Removable(keys)], $"The key {plan.Selector} signs. The next rotation needs another selector.");
        if (plan.Every is { } every && active.Max(static key => key.Since) is { } youngest && youngest + every > now)
            return new RotationStep(RotationStepKind.NotDue, [.. Removable(keys)], $"The next rotation is due on {DayOf(youngest + every)}.");
        return null;
    }

    private static IEnumerable<string> Removable(IEnumerable<SigningKeyDescription> keys) =>
        In(keys, SigningKeyState.Retired).Select(static key => $"the record {KeyRecordText.NameOf(key)} may be taken out of DNS");

    // Letters follow where a day has several.
    private string SelectorOfTheDay(SigningKeyDescription[] keys)
    {
        var day = time.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var used = keys.Select(static key => key.Selector).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range('a', 26).Select(letter => day + (char)letter).Prepend(day).FirstOrDefault(selector => !used.Contains(selector) && !used.Contains(selector + Ed25519Suffix))
            ?? throw new InvalidOperationException($"Every selector of the day {day} is used: name one with --selector.");
    }

    private static string DayOf(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
