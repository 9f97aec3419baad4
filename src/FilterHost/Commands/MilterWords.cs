using FilterHost.Milter;

namespace FilterHost.Commands;

/// <summary>The milter protocol's own words, as libmilter and its documents have them.</summary>
internal static class MilterWords
{
    private static readonly (MilterActions Action, string Word)[] Actions =
    [
        (MilterActions.AddHeaders, "ADDHDRS"),
        (MilterActions.ChangeBody, "CHGBODY"),
        (MilterActions.AddRecipients, "ADDRCPT"),
        (MilterActions.DeleteRecipients, "DELRCPT"),
        (MilterActions.ChangeHeaders, "CHGHDRS"),
        (MilterActions.Quarantine, "QUARANTINE"),
        (MilterActions.ChangeSender, "CHGFROM"),
        (MilterActions.AddRecipientsWithParameters, "ADDRCPT_PAR"),
        (MilterActions.SetMacroList, "SETSYMLIST"),
    ];

    private static readonly (MilterSteps Step, string Word)[] Steps =
    [
        (MilterSteps.NoConnect, "NOCONNECT"),
        (MilterSteps.NoHelo, "NOHELO"),
        (MilterSteps.NoMail, "NOMAIL"),
        (MilterSteps.NoRecipient, "NORCPT"),
        (MilterSteps.NoBody, "NOBODY"),
        (MilterSteps.NoHeaders, "NOHDRS"),
        (MilterSteps.NoEndOfHeaders, "NOEOH"),
        (MilterSteps.NoReplyHeader, "NR_HDR"),
        (MilterSteps.NoUnknown, "NOUNKNOWN"),
        (MilterSteps.NoData, "NODATA"),
        (MilterSteps.Skip, "SKIP"),
        (MilterSteps.RejectedRecipients, "RCPT_REJ"),
        (MilterSteps.NoReplyConnect, "NR_CONN"),
        (MilterSteps.NoReplyHelo, "NR_HELO"),
        (MilterSteps.NoReplyMail, "NR_MAIL"),
        (MilterSteps.NoReplyRecipient, "NR_RCPT"),
        (MilterSteps.NoReplyData, "NR_DATA"),
        (MilterSteps.NoReplyUnknown, "NR_UNKN"),
        (MilterSteps.NoReplyEndOfHeaders, "NR_EOH"),
        (MilterSteps.NoReplyBody, "NR_BODY"),
        (MilterSteps.HeaderLeadingSpace, "HDR_LEADSPC"),
        (MilterSteps.DataSize256K, "MDS_256K"),
        (MilterSteps.DataSize1M, "MDS_1M"),
    ];

    private static readonly Dictionary<MacroStage, string> Stages = new()
    {
        [MacroStage.Connect] = "CONNECT",
        [MacroStage.Helo] = "HELO",
        [MacroStage.Mail] = "ENVFROM",
        [MacroStage.Recipient] = "ENVRCPT",
        [MacroStage.Data] = "DATA",
        [MacroStage.EndOfHeaders] = "EOH",
        [MacroStage.EndOfMessage] = "EOM",
    };

    /// <summary>SMFIF_, without the prefix.</summary>
    public static IEnumerable<string> Of(MilterActions actions) => Actions.Where(entry => actions.HasFlag(entry.Action)).Select(entry => entry.Word);

    /// <summary>SMFIP_, without the prefix.</summary>
    public static IEnumerable<string> Of(MilterSteps steps) => Steps.Where(entry => steps.HasFlag(entry.Step)).Select(entry => entry.Word);

    /// <summary>SMFIM_, without the prefix.</summary>
    public static string Of(MacroStage stage) => Stages[stage];
}
