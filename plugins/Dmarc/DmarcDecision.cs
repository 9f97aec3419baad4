using FilterHost.MailAuth.Addresses;

namespace FilterHost.Plugins.Dmarc;

/// <summary>What the settings say about a result.</summary>
internal sealed class DmarcDecision
{
    public const string DefaultText = "DMARC: mail from {domain} fails, and its policy is {policy}";

    private readonly DmarcSettings _settings;
    private readonly List<(DomainList Domains, DomainActions Actions)> _byDomain = [];

    public DmarcDecision(DmarcSettings settings)
    {
        _settings = settings;
        for (var i = 0; i < settings.ByDomain.Count; i++)
            _byDomain.Add((DomainList.Of(settings.ByDomain[i].Domains, $"by_domain[{i}].domains"), settings.ByDomain[i]));
    }

    /// <summary>All actions that may be taken.</summary>
    public static IReadOnlyCollection<MailAction> Chosen(DmarcSettings settings)
    {
        var actions = new List<MailAction> { settings.OnReject, settings.OnQuarantine, settings.OnNone, settings.OnTemperror, settings.OnPermerror, settings.OnFromAnomaly };
        if (settings.RequireAlignedDkim || settings.ByDomain.Any(static entry => entry.RequireAlignedDkim is true))
            actions.Add(settings.OnNoAlignedDkim);
        foreach (var entry in settings.ByDomain)
            actions.AddRange(new[] { entry.OnReject, entry.OnQuarantine, entry.OnNone, entry.OnTemperror, entry.OnPermerror, entry.OnNoAlignedDkim }.OfType<MailAction>());
        return actions;
    }

    public Judgement For(DmarcResult result)
    {
        if (result.AuthorDomain is not { } domain)
            return new Judgement(_settings.OnFromAnomaly, $"DMARC: {result.Reason}");
        var own = _byDomain.Find(entry => entry.Domains.Has(domain)).Actions;
        if (result.Outcome is DmarcOutcome.TempError)
            return new Judgement(own?.OnTemperror ?? _settings.OnTemperror, $"DMARC: {result.Reason}");
        if ((own?.RequireAlignedDkim ?? _settings.RequireAlignedDkim) && result.IsDkimAligned is not true)
        {
            return result.IsDkimAligned is null
                ? new Judgement(own?.OnTemperror ?? _settings.OnTemperror, $"DMARC: whether {domain} signed the message could not be looked up")
                : new Judgement(own?.OnNoAlignedDkim ?? _settings.OnNoAlignedDkim, $"DMARC: no DKIM signature of {domain} passes");
        }
        return result.Outcome switch
        {
            DmarcOutcome.PermError => new Judgement(own?.OnPermerror ?? _settings.OnPermerror, $"DMARC: {result.Reason}"),
            DmarcOutcome.Fail => ForFailing(result, domain, own),
            _ => new Judgement(MailAction.Accept, ""),
        };
    }

    private Judgement ForFailing(DmarcResult result, DomainName domain, DomainActions? own)
    {
        var action = result.Policy switch
        {
            DmarcPolicy.Reject => own?.OnReject ?? _settings.OnReject,
            DmarcPolicy.Quarantine => own?.OnQuarantine ?? _settings.OnQuarantine,
            _ => own?.OnNone ?? _settings.OnNone,
        };
        var text = action is MailAction.Reject ? _settings.RejectText : DefaultText;
        return new Judgement(action, text.Replace("{domain}", domain.ToString(), StringComparison.Ordinal).Replace("{policy}", result.Policy?.ToString().ToLowerInvariant(), StringComparison.Ordinal));
    }
}
