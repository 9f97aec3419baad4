using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What a pipeline asks of the MTA, from what its filters override and declare.</summary>
internal static class PipelineNegotiation
{
    // A list replaces the MTA's own, so it must hold what the host itself reads at that stage.
    private static readonly Dictionary<MacroStage, string[]> HostMacros = new()
    {
        [MacroStage.Connect] = ["j", "v", "{daemon_name}"],
        [MacroStage.Mail] = ["i", "{auth_type}", "{auth_authen}"],
        [MacroStage.Recipient] = ["i"],
        [MacroStage.Data] = ["i"],
        [MacroStage.EndOfHeaders] = ["i"],
        [MacroStage.EndOfMessage] = ["i"],
    };

    public static MilterNegotiation For(FilterPipeline pipeline) => new(MilterActions.All, Steps(pipeline), MacroLists(pipeline));

    /// <summary>Edits without which the pipeline must not run: mail would go out unsigned, or with forged results.</summary>
    public static MilterActions NeededActions(FilterPipeline pipeline)
    {
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

    private static MilterSteps Steps(FilterPipeline pipeline)
    {
        // A verdict on the header section is held until the next stage that replies, so these two never need one.
        var steps = MilterSteps.NoReplyHeader | MilterSteps.NoReplyEndOfHeaders | MilterSteps.Skip | MilterSteps.HeaderLeadingSpace
            | MilterSteps.DataSize256K | MilterSteps.DataSize1M;
        if (!pipeline.ConnectionMembers.Any(member => member.Registration.OverridesConnect))
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
        .. pipeline.Members.SelectMany(member => member.Traits.Macros)
            .GroupBy(request => request.Stage)
            .Select(group => new MacroRequest(group.Key,
                [.. HostMacros.GetValueOrDefault(group.Key, []).Concat(group.SelectMany(request => request.Names)).Distinct(StringComparer.Ordinal)])),
    ];
}
