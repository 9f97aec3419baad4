namespace FilterHost.Plugins.DkimVerify;

/// <summary>What the settings say about the results of a message, taken together.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Reason">Why, for the client and the log.</param>
/// <param name="RejectCode">The enhanced code of a refusal for good.</param>
/// <param name="TempFailCode">The enhanced code of a refusal for now.</param>
internal readonly record struct DkimDecision(MailAction Action, string Reason, string RejectCode = DkimDecision.NoPassingSignature, string TempFailCode = "4.7.1")
{
    // RFC 7372 §3.1
    private const string NoPassingSignature = "5.7.20";
    private const string NoAcceptableSignature = "5.7.21";

    // RFC 6376 §6.3: "451 4.7.5 Unable to verify signature - key server unavailable".
    private const string KeyUnavailable = "4.7.5";

    /// <summary>
    /// One pass is enough (RFC 6376 §6.1). Else the result that a later try may turn into a pass comes first. A signature of a key under test counts as none, whatever its result: such mail
    /// must not be treated "differently from unsigned email" (RFC 6376 §3.6.1), so it is no way around <c>on_none</c> either.
    /// </summary>
    public static DkimDecision For(IReadOnlyList<DkimSignatureResult> results, DkimVerifySettings settings)
    {
        if (Has(results, DkimOutcome.Pass))
            return new DkimDecision(MailAction.Accept, "a signature passes");
        if (Has(results, DkimOutcome.TempError))
            return new DkimDecision(settings.OnTemperror, "a key could not be looked up", TempFailCode: KeyUnavailable);
        if (Has(results, DkimOutcome.Fail))
            return new DkimDecision(settings.OnFail, "the signature did not verify");
        if (Has(results, DkimOutcome.Policy))
            return new DkimDecision(settings.OnPolicy, "the signature is not acceptable", NoAcceptableSignature);
        if (Has(results, DkimOutcome.PermError))
            return new DkimDecision(settings.OnPermerror, "the signature cannot be verified");
        return new DkimDecision(settings.OnNone, Has(results, DkimOutcome.None) ? "the message is not signed" : "the message has no signature but of a key under test");
    }

    private static bool Has(IReadOnlyList<DkimSignatureResult> results, DkimOutcome outcome)
    {
        foreach (var result in results)
        {
            if (result.Outcome == outcome && result.IsTestingKey != true)
                return true;
        }
        return false;
    }
}
