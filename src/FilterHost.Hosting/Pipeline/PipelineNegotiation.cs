using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What a pipeline asks of the MTA, from what its filters override and declare.</summary>
internal static class PipelineNegotiation
{
    // A list replaces the MTA's own. So that a filter's macros come beside those, each list holds what Postfix and Sendmail send by themselves and what the host reads;
    // a name that the MTA does not know does no harm.
    private static readonly Dictionary<MacroStage, string[]> HostMacros = new()
    {
        [MacroStage.Connect] = ["j", "v", "_", "{daemon_name}", "{daemon_addr}", "{if_name}", "{if_addr}"],
        [MacroStage.Helo] = ["{tls_version}", "{cipher}", "{cipher_bits}", "{cert_subject}", "{cert_issuer}"],
        [MacroStage.Mail] = ["i", "{auth_type}", "{auth_authen}", "{auth_ssf}", "{auth_author}", "{mail_mailer}", "{mail_host}", "{mail_addr}"],
        [MacroStage.Recipient] = ["i", "{rcpt_mailer}", "{rcpt_host}", "{rcpt_addr}"],
        [MacroStage.Data] = ["i"],
        [MacroStage.EndOfHeaders] = ["i"],
        [MacroStage.EndOfMessage] = ["i", "{msg_id}"],
    };

    // What the MTA leaves out by agreement. The other steps only say how it sends.
    private const MilterSteps Suppressing =
        MilterSteps.NoConnect | MilterSteps.NoHelo | MilterSteps.NoMail | MilterSteps.NoRecipient | MilterSteps.NoBody | MilterSteps.NoHeaders | MilterSteps.NoEndOfHeaders | MilterSteps.NoUnknown | MilterSteps.NoData
        | MilterSteps.NoReplyConnect | MilterSteps.NoReplyHelo | MilterSteps.NoReplyMail | MilterSteps.NoReplyRecipient | MilterSteps.NoReplyData | MilterSteps.NoReplyUnknown | MilterSteps.NoReplyBody;

    /// <summary>What is asked for. An observer asks for no edit, so that the MTA would take none from it; lists of macros are none.</summary>
    public static MilterNegotiation For(FilterPipeline pipeline) =>
        new(pipeline.IsObserved ? MilterActions.SetMacroList : MilterActions.All, Steps(pipeline), MacroLists(pipeline));

    /// <summary>Edits without which the pipeline must not run: mail would go out unsigned, or with forged results.</summary>
    public static MilterActions NeededActions(FilterPipeline pipeline)
    {
        if (pipeline.IsObserved)
            return MilterActions.None;
        var needed = pipeline.PublishesResults ? MilterActions.AddHeaders | MilterActions.ChangeHeaders : MilterActions.None;
        foreach (var traits in pipeline.Members.Select(member => member.Traits))
        {
            if (traits.EditsFields.Count > 0)
                needed |= MilterActions.AddHeaders;
            if (traits.EditsBody)
                needed |= MilterActions.ChangeBody;
            if (traits.EditsEnvelope)
                needed |= MilterActions.AddRecipients | MilterActions.DeleteRecipients;
            if (traits.Quarantines)
                needed |= MilterActions.Quarantine;
        }
        return needed;
    }

    /// <summary>True where what a connection has agreed on for one pipeline is enough for another.</summary>
    /// <param name="present">The pipeline for which it was agreed.</param>
    /// <param name="next">The other.</param>
    /// <param name="actions">What the MTA granted.</param>
    /// <param name="steps">What the MTA sends, and where it expects replies.</param>
    public static bool Suffices(FilterPipeline present, FilterPipeline next, MilterActions actions, MilterSteps steps)
    {
        // An observer has asked for no edit, and its answers go nowhere.
        if (present.IsObserved != next.IsObserved || (NeededActions(next) & ~actions) != MilterActions.None || (steps & Suppressing & ~Steps(next)) != MilterSteps.None)
            return false;
        // An MTA that takes no lists sends what it sends.
        if (!actions.HasFlag(MilterActions.SetMacroList))
            return true;
        var asked = MacroLists(present).ToDictionary(request => request.Stage, request => request.Names);
        return MacroLists(next).All(request => !request.Names.Except(asked.GetValueOrDefault(request.Stage) ?? HostMacros.GetValueOrDefault(request.Stage, []), StringComparer.Ordinal).Any());
    }

    private static MilterSteps Steps(FilterPipeline pipeline)
    {
        // A verdict on the header section is held until the next stage that replies, so these two never need one.
        var steps = MilterSteps.NoReplyHeader | MilterSteps.NoReplyEndOfHeaders | MilterSteps.HeaderLeadingSpace | MilterSteps.DataSize256K | MilterSteps.DataSize1M;
        if (!pipeline.IsObserved)
            steps |= MilterSteps.Skip;
        if (pipeline.Clients.Peers.IsEmpty && !pipeline.ConnectionMembers.Any(member => member.Registration.OverridesConnect))
            steps |= MilterSteps.NoReplyConnect;
        if (!pipeline.ConnectionMembers.Any(member => member.Registration.OverridesHelo))
            steps |= MilterSteps.NoReplyHelo;
        if (!pipeline.ConnectionMembers.Any(member => member.Registration.OverridesUnknownCommand))
            steps |= MilterSteps.NoUnknown | MilterSteps.NoReplyUnknown;
        if (!pipeline.Overrides(FilterStage.Mail))
            steps |= MilterSteps.NoReplyMail;
        if (!pipeline.Overrides(FilterStage.Recipient))
            steps |= MilterSteps.NoReplyRecipient;
        if (!pipeline.Overrides(FilterStage.Data))
            steps |= MilterSteps.NoData | MilterSteps.NoReplyData;
        if (!pipeline.ReadsBody)
            steps |= MilterSteps.NoBody;
        if (!pipeline.Members.Any(member => member.Traits.MayStopReadingBody))
            steps |= MilterSteps.NoReplyBody;
        return steps;
    }

    private static MacroRequest[] MacroLists(FilterPipeline pipeline) =>
    [
        .. pipeline.MacroRequests.GroupBy(request => request.Stage)
            .Select(group => new MacroRequest(group.Key,
                [.. HostMacros.GetValueOrDefault(group.Key, []).Concat(group.SelectMany(request => request.Names)).Distinct(StringComparer.Ordinal)])),
    ];
}
