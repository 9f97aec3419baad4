namespace FilterHost.Plugins.DkimVerify;

/// <summary>Codes and words for what decided about a message.</summary>
internal static class DkimReplyText
{
    // RFC 7372 §3.1
    private const string NoPassingSignature = "5.7.20";
    private const string NoAcceptableSignature = "5.7.21";

    // RFC 6376 §6.3: "451 4.7.5 Unable to verify signature - key server unavailable".
    private const string KeyUnavailable = "4.7.5";

    public static Judgement For(DkimSignatureResult result, MailAction action, DkimReplies replies)
    {
        if (replies is DkimReplies.Opendkim)
            return OfOpenDkim(result, action);
        return result.Outcome switch
        {
            DkimOutcome.TempError => Of(action, "a key could not be looked up") with { TempfailCode = KeyUnavailable },
            DkimOutcome.Fail => Of(action, "the signature did not verify"),
            DkimOutcome.Policy => Of(action, "the signature is not acceptable") with { RejectCode = NoAcceptableSignature },
            DkimOutcome.PermError => Of(action, "the signature cannot be verified"),
            _ => Of(action, "a signature passes"),
        };
    }

    public static Judgement ForUnsigned(bool isSigned, MailAction action, DkimReplies replies) => replies is DkimReplies.Opendkim
        ? OpenDkimOf(action, "no DKIM signature data")
        : Of(action, isSigned ? "the message has no signature but of a key under test" : "the message is not signed");

    private static Judgement Of(MailAction action, string reason) => new(action, $"DKIM: {reason}") { RejectCode = NoPassingSignature };

    // What OpenDKIM 2.11 has no words for it refuses with the MTA's own, for which these stand.
    private static Judgement OfOpenDkim(DkimSignatureResult result, MailAction action) => result switch
    {
        { Outcome: DkimOutcome.TempError } or { Defect: DkimDefect.KeyMissing } => OpenDkimOf(action, "DKIM key retrieval failed") with { TempfailCode = KeyUnavailable },
        { Outcome: DkimOutcome.Fail } => OpenDkimOf(action, "bad DKIM signature data"),
        _ => new Judgement(action, "Command rejected"),
    };

    private static Judgement OpenDkimOf(MailAction action, string text) => new(action, text) { RejectCode = "5.7.0", TempfailCode = "4.7.0" };
}
