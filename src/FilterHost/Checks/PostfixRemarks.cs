using FilterHost.Milter;

namespace FilterHost.Checks;

/// <summary>What no line for Postfix's files can say, but whoever pastes them should know.</summary>
internal static class PostfixRemarks
{
    public static IEnumerable<string> Of(PostfixConfiguration postfix, PostfixPlan plan, IReadOnlyList<OwnMilter> ours) =>
    [
        .. OfOthers(plan),
        .. ours.Select(own => OfAddress(own.Address, postfix)).OfType<string>(),
        .. OfQuarantine(ours),
        .. OfLists(postfix, ours),
        .. OfContentFilters(postfix),
        .. OfBounces(postfix, ours),
    ];

    private static IEnumerable<string> OfOthers(PostfixPlan plan)
    {
        if (plan.Kept.Count > 0)
            yield return $"milters that are not of these settings stay: {string.Join(", ", plan.Kept)}. A new listener that only verifies comes before them, so that they believe no forged result; one that signs or may quarantine, and all listeners after it, comes last, "
                + "since nothing may edit behind a signature and Postfix calls no milter after a quarantine.";
    }

    private static string? OfAddress(MilterAddress address, PostfixConfiguration postfix) => address.Path switch
    {
        null => address.Host is "" or "0.0.0.0" or "::" ? $"{address} listens at every address; for Postfix on another machine write the address of this one." : null,
        { } path when postfix.FindProblem(path) is { } problem => problem,
        { } path when !postfix.IsPresent && postfix.BelowQueueDirectory(path) is null =>
            $"{path}: where smtpd or cleanup runs in a chroot (fifth column of master.cf; Debian's default for smtpd), the socket must be below {postfix.QueueDirectory}.",
        _ => null,
    };

    private static IEnumerable<string> OfQuarantine(IReadOnlyList<OwnMilter> ours) => ours.SkipLast(1)
        .Where(own => own.Quarantining is not null)
        .Select(own => $"{own} may quarantine (filter {own.Quarantining}), and Postfix calls no milter after a quarantine, nor when the message is released: put this listener last in the settings.");

    private static IEnumerable<string> OfLists(PostfixConfiguration postfix, IReadOnlyList<OwnMilter> ours)
    {
        foreach (var list in MilterList.All(postfix).Where(list => list.Service is not null && !list.Milters.Any(milter => ours.Any(own => milter.Reaches(own.Address, postfix)))))
        {
            if (ours.Any(own => MilterList.All(postfix).Any(other => other.Milters.Any(milter => milter.Reaches(own.Address, postfix)))))
                yield return $"{list.Service!.Title} has {list.Parameter} of its own in master.cf ({list}), without a listener of these settings; that was left so.";
        }
        if (postfix["smtpd_milter_maps"].Length > 0)
            yield return $"smtpd_milter_maps = {postfix["smtpd_milter_maps"]} goes before smtpd_milters for the clients that it lists; look whether they shall pass the listeners.";
    }

    private static IEnumerable<string> OfContentFilters(PostfixConfiguration postfix)
    {
        if (postfix.HasAnywhere("smtpd_proxy_filter"))
            yield return "smtpd_proxy_filter: in front of such a filter milters see no header and no body (MILTER_README). Set -o smtpd_milters= on the service in front; the listeners belong to the service that the filter gives mail back to.";
        var pipes = postfix.Services.Where(service => service.Command == "pipe").Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        var filters = postfix.Services.Where(service => service.IsSmtpd).Select(service => postfix.Value(service, "content_filter")).Append(postfix["content_filter"]);
        if (filters.FirstOrDefault(filter => pipes.Contains(filter.Split(':')[0])) is { } piped)
            yield return $"content_filter = {piped} is a pipe(8) service: if it gives mail back by sendmail(1), that mail passes non_smtpd_milters. -o receive_override_options=no_milters on pickup would leave out all mail of this machine with it, "
                + "so better let the filter give back by SMTP to a port of its own.";
    }

    // postconf(5), internal_mail_filter_classes: "it's generally not safe to enable content inspection of Postfix-generated email messages".
    private static IEnumerable<string> OfBounces(PostfixConfiguration postfix, IReadOnlyList<OwnMilter> ours)
    {
        if (ours.Any(own => own.Signs) && !PostfixConfiguration.ListOf(postfix["internal_mail_filter_classes"]).Contains("bounce"))
            yield return "Bounces and other mail that Postfix makes itself pass no milter and so are not signed. If they shall be: internal_mail_filter_classes = bounce, but only where no milter of non_smtpd_milters refuses such mail.";
    }
}
