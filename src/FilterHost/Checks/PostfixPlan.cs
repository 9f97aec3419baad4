using FilterHost.Hosting.Configuration;

namespace FilterHost.Checks;

/// <summary>What Postfix's files should say so that mail goes through the listeners and, with the host away, waits.</summary>
internal sealed class PostfixPlan
{
    private readonly PostfixConfiguration _postfix;
    private readonly IReadOnlyList<OwnMilter> _ours;
    private readonly IReadOnlyList<MilterTimeout> _timeouts;
    private readonly IReadOnlyList<MilterList> _lists;

    public PostfixPlan(PostfixConfiguration postfix, IReadOnlyList<OwnMilter> ours, HostSettings settings)
    {
        (_postfix, _ours, _timeouts, _lists) = (postfix, ours, MilterTimeout.All(settings), MilterList.All(postfix));
        MainLines = [.. ListLines(service: null), .. ParameterLines(), .. TimeoutLines(service: null)];
        MasterEntries = [.. postfix.Services.Select(service => (Service: service, Lines: LinesFor(service).ToArray())).Where(entry => entry.Lines.Length > 0)];
        LongEnough = [.. _timeouts.Where(timeout => timeout.Fits(postfix[timeout.Parameter]))];
    }

    /// <summary>Lines for main.cf, those that are right already among them.</summary>
    public IReadOnlyList<PostfixLine> MainLines { get; }

    /// <summary>Services of master.cf that need options, and these.</summary>
    public IReadOnlyList<(PostfixService Service, PostfixLine[] Lines)> MasterEntries { get; }

    /// <summary>The times that need no line.</summary>
    public IReadOnlyList<MilterTimeout> LongEnough { get; }

    /// <summary>The milters of others, which stay.</summary>
    public IReadOnlyList<string> Kept => [.. _lists.SelectMany(list => list.Milters).Where(IsTheirs).Select(milter => milter.Address).Distinct(StringComparer.Ordinal)];

    private bool IsTheirs(PostfixMilter milter) => !_ours.Any(own => milter.Reaches(own.Address, _postfix));

    private bool IsNamed(OwnMilter own, MilterList list) => list.Milters.Any(milter => milter.Reaches(own.Address, _postfix));

    private IEnumerable<PostfixLine> ListLines(PostfixService? service) => _lists
        .Where(list => list.Service == service)
        .Select(list => new PostfixLine(service, list.Parameter, (list with { Milters = Compose(list) }).ToString(), _postfix.IsPresent ? list.ToString() : null, WhyOf(list)));

    private string WhyOf(MilterList list) => list.Parameter != MilterList.Smtpd ? "The same for mail by sendmail(1) and what else smtpd never sees."
        : _ours.Any(own => own.Observes) ? "Mail by SMTP: the listeners in the order of the settings. default_action=accept stands with those that only observe: with them away mail goes on, since they do nothing to it. Braces need Postfix 3.0."
        : "Mail by SMTP: the listeners in the order of the settings.";

    private IReadOnlyList<PostfixMilter> Compose(MilterList list)
    {
        // A listener that another list has is left out here on purpose; one that none has goes everywhere.
        var isBare = list.Parameter == MilterList.NonSmtpd && !_ours.Any(own => IsNamed(own, list));
        var wanted = _ours.Where(own => isBare || IsNamed(own, list) || !_lists.Any(other => IsNamed(own, other))).ToList();
        if (IsSound(list, wanted))
            return [.. list.Milters.Select(milter => _ours.FirstOrDefault(own => milter.Reaches(own.Address, _postfix)) is { } own ? EntryFor(own, list) : milter)];
        var last = wanted.FindIndex(own => own.Signs || own.Observes || own.Quarantining is not null);
        var first = last < 0 ? wanted.Count : last;
        return [.. wanted.Take(first).Select(own => EntryFor(own, list)), .. list.Milters.Where(IsTheirs), .. wanted.Skip(first).Select(own => EntryFor(own, list))];
    }

    // As the administrator has arranged it, unless another milter misses what a listener may quarantine.
    private bool IsSound(MilterList list, List<OwnMilter> wanted)
    {
        var present = list.Milters.Select(milter => _ours.FirstOrDefault(own => milter.Reaches(own.Address, _postfix))).ToList();
        var quarantining = present.FindIndex(own => own?.Quarantining is not null);
        return present.OfType<OwnMilter>().SequenceEqual(wanted) && (quarantining < 0 || !present.Skip(quarantining).Contains(null));
    }

    private PostfixMilter EntryFor(OwnMilter own, MilterList list)
    {
        var usual = PostfixMilter.Of(own.Address, _postfix);
        if (own.Observes)
            usual = usual.With("default_action", "accept");
        if (list.Milters.FirstOrDefault(milter => milter.Reaches(own.Address, _postfix)) is not { } entry)
            return usual;
        if (own.Address.Path is not null)
            entry = entry with { Address = usual.Address };
        if (own.Observes)
            entry = entry["default_action"] is "accept" ? entry : entry.With("default_action", "accept");
        else if (entry["default_action"] is not null and not "tempfail")
            entry = entry.With("default_action", "tempfail");
        if (entry["protocol"] is { } protocol && !IsLatest(protocol))
            entry = entry.With("protocol", "6");
        return _timeouts.Where(timeout => entry[timeout.Attribute] is { } time && !timeout.Fits(time))
            .Aggregate(entry, (milter, timeout) => milter.With(timeout.Attribute, MilterTimeout.Format(timeout.Least)));
    }

    private static bool IsLatest(string protocol) => PostfixConfiguration.ListOf(protocol) is ["6", ..];

    private IEnumerable<PostfixLine> ParameterLines() =>
    [
        .. ObservesOnly ? (PostfixLine[])[] : [Main("milter_default_action", "tempfail", "With the host away mail waits; \"accept\" would let it pass unsigned and unchecked." + WhatItChanges())],
        Main("milter_protocol", "6", "What the milters understand at most: macros on request, exact header fields, no needless replies."),
    ];

    // What then becomes of mail is for the milters of others to say.
    private bool ObservesOnly => _ours.Count > 0 && _ours.All(own => own.Observes);

    private string WhatItChanges() => Kept is { Count: > 0 } kept && _postfix["milter_default_action"] is not "tempfail" and var present
        ? $" It was {present}, and holds for {string.Join(", ", kept)} too; a milter that mail may do without is written {{ ADDRESS, default_action=accept }}."
        : "";

    private IEnumerable<PostfixLine> TimeoutLines(PostfixService? service) => _timeouts
        .Where(timeout => (service is null ? _postfix[timeout.Parameter] : service.Options.GetValueOrDefault(timeout.Parameter)) is { } time && !timeout.Fits(time))
        .Select(timeout => new PostfixLine(service, timeout.Parameter, MilterTimeout.Format(timeout.Least), _postfix.IsPresent ? _postfix.Value(service, timeout.Parameter) : null,
            $"Longer than {timeout.Setting} ({Duration.Format(timeout.Budget)}), so that the answer is ours."));

    private IEnumerable<PostfixLine> LinesFor(PostfixService service)
    {
        if (_postfix.Reinjecting.Contains(service) && !_postfix.SkipsMilters(service))
        {
            var present = _postfix.Value(service, "receive_override_options");
            return [new PostfixLine(service, "receive_override_options", string.Join(',', [.. PostfixConfiguration.ListOf(present), "no_milters"]), present,
                "Mail comes back here from the content filter and has been through the milters: a second time it would be signed and judged again.")];
        }
        return CallsOurs(service) ? [.. ListLines(service).Where(line => !line.IsRight), .. OwnParameterLines(service), .. TimeoutLines(service)] : [];
    }

    private bool CallsOurs(PostfixService service) => (service.IsSmtpd || service.IsCleanup) && !_postfix.SkipsMilters(service)
        && Compose(_lists.FirstOrDefault(list => list.Service == service) ?? _lists[service.IsSmtpd ? 0 : 1]).Any(milter => !IsTheirs(milter));

    private IEnumerable<PostfixLine> OwnParameterLines(PostfixService service)
    {
        if (!ObservesOnly && service.Options.GetValueOrDefault("milter_default_action") is "accept")
            yield return new PostfixLine(service, "milter_default_action", "tempfail", "accept", "With the host away mail waits here too.");
        if (service.Options.GetValueOrDefault("milter_protocol") is { } protocol && !IsLatest(protocol))
            yield return new PostfixLine(service, "milter_protocol", "6", protocol, "What the milters understand at most.");
    }

    private PostfixLine Main(string name, string value, string why) => new(null, name, value, _postfix.IsPresent ? _postfix[name] : null, why);
}
