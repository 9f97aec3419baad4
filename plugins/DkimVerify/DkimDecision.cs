namespace FilterHost.Plugins.DkimVerify;

/// <summary>What the settings say about the results of a message, taken together.</summary>
internal static class DkimDecision
{
    // One pass is enough (RFC 6376 §6.1). Else the result that a later try may turn into a pass comes first.
    private static readonly DkimOutcome[] Order = [DkimOutcome.Pass, DkimOutcome.TempError, DkimOutcome.Fail, DkimOutcome.Policy, DkimOutcome.PermError];

    /// <summary>All actions that may be taken.</summary>
    public static IReadOnlyCollection<MailAction> Chosen(DkimVerifySettings settings) =>
    [
        settings.OnNone, settings.OnFail, settings.OnPolicy, settings.OnPermerror, settings.OnTemperror,
        .. new[] { settings.OnKeyMissing, settings.OnRevokedKey, settings.OnWeakKey, settings.OnBodyLength, settings.OnUnprotectedKey, settings.OnBogusKey }.OfType<MailAction>(),
    ];

    /// <summary>
    /// What is to be done. A signature of a key under test counts as none, whatever its result: such mail must not be treated "differently from unsigned email" (RFC 6376 §3.6.1), so it is no way
    /// around <c>on_none</c> either.
    /// </summary>
    public static Judgement For(IReadOnlyList<DkimSignatureResult> results, DkimVerifySettings settings)
    {
        foreach (var outcome in Order)
        {
            if (Deciding(results, outcome, settings) is { } result)
                return DkimReplyText.For(result, ActionFor(result, settings), settings.Replies);
        }
        var isSigned = results is not [{ Outcome: DkimOutcome.None }];
        return DkimReplyText.ForUnsigned(isSigned, settings.OnNone, settings.Replies);
    }

    private static DkimSignatureResult? Deciding(IReadOnlyList<DkimSignatureResult> results, DkimOutcome outcome, DkimVerifySettings settings)
    {
        DkimSignatureResult? first = null;
        foreach (var result in results)
        {
            if (result.Outcome != outcome || result.IsTestingKey == true)
                continue;
            if (ActionFor(result, settings) is not MailAction.Accept)
                return result;
            first ??= result;
        }
        return first;
    }

    private static MailAction ActionFor(DkimSignatureResult result, DkimVerifySettings settings) => ByDefect(result.Defect, settings) ?? result.Outcome switch
    {
        DkimOutcome.TempError => settings.OnTemperror,
        DkimOutcome.Fail => settings.OnFail,
        DkimOutcome.Policy => settings.OnPolicy,
        DkimOutcome.PermError => settings.OnPermerror,
        _ => MailAction.Accept,
    };

    private static MailAction? ByDefect(DkimDefect? defect, DkimVerifySettings settings) => defect switch
    {
        DkimDefect.KeyMissing => settings.OnKeyMissing,
        DkimDefect.KeyRevoked => settings.OnRevokedKey ?? settings.OnKeyMissing,
        DkimDefect.WeakKey => settings.OnWeakKey,
        DkimDefect.BodyLength => settings.OnBodyLength,
        DkimDefect.UnprotectedKey => settings.OnUnprotectedKey,
        DkimDefect.BogusKey => settings.OnBogusKey,
        _ => null,
    };
}
