namespace FilterHost.Plugins.DkimVerify;

/// <summary>What the settings say about the results of a message, taken together.</summary>
internal readonly record struct DkimDecision(MailAction Action, string Reason)
{
    /// <summary>
    /// One pass is enough (RFC 6376 §6.1). Else the result that a later try may turn into a pass comes first. A key under test decides nothing: such mail
    /// "MUST NOT" be treated "differently from unsigned email" (RFC 6376 §3.6.1), nor worse.
    /// </summary>
    public static DkimDecision For(IReadOnlyList<DkimSignatureResult> results, DkimVerifySettings settings)
    {
        if (Has(results, DkimOutcome.Pass))
            return new DkimDecision(MailAction.Accept, "a signature passes");
        if (Has(results, DkimOutcome.TempError))
            return new DkimDecision(settings.OnTemperror, "a key could not be looked up");
        if (Has(results, DkimOutcome.Fail))
            return new DkimDecision(settings.OnFail, "the signature did not verify");
        if (Has(results, DkimOutcome.Policy))
            return new DkimDecision(settings.OnPolicy, "the signature is not acceptable");
        if (Has(results, DkimOutcome.PermError))
            return new DkimDecision(settings.OnPermerror, "the signature cannot be verified");
        return Has(results, DkimOutcome.None)
            ? new DkimDecision(settings.OnNone, "the message is not signed")
            : new DkimDecision(MailAction.Accept, "the key is under test");
    }

    private static bool Has(IReadOnlyList<DkimSignatureResult> results, DkimOutcome outcome)
    {
        foreach (var result in results)
        {
            if (result.Outcome == outcome && (outcome == DkimOutcome.Pass || result.IsTestingKey != true))
                return true;
        }
        return false;
    }
}
