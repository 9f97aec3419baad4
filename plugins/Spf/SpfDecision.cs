using System.Net;
using FilterHost.MailAuth.Spf;

namespace FilterHost.Plugins.Spf;

/// <summary>What the settings say about a result.</summary>
internal static class SpfDecision
{
    public static Judgement For(SpfEvaluation evaluation, IPAddress? client, SpfSettings settings)
    {
        var result = evaluation.Result;
        return result.Outcome switch
        {
            SpfOutcome.Fail => Failed(settings.OnFail, $"{client} may not send mail of {result.Domain}{Explained(evaluation)}"),
            SpfOutcome.SoftFail => Judge(settings.OnSoftfail, $"{client} probably may not send mail of {result.Domain}"),
            SpfOutcome.Neutral => Judge(settings.OnNeutral, $"{result.Domain} does not say whether {client} may send its mail"),
            SpfOutcome.None => Judge(settings.OnNone, result.Reason!),
            SpfOutcome.PermError => InError(settings.OnPermerror, result.Reason!),
            SpfOutcome.TempError => InError(settings.OnTemperror, result.Reason!),
            _ => Judge(MailAction.Accept, "the client is authorized"),
        };
    }

    // RFC 7208 §6.2: whose words they are must be clear.
    private static string Explained(SpfEvaluation evaluation) =>
        evaluation.Explanation is { Length: > 0 } explanation ? $". The domain's owner says: {explanation}" : "";

    // RFC 7372 §3.2
    private static Judgement Failed(MailAction action, string reason) => Judge(action, reason) with { RejectCode = "5.7.23", TempfailCode = "4.7.23" };

    private static Judgement InError(MailAction action, string reason) => Judge(action, reason) with { RejectCode = "5.7.24", TempfailCode = "4.7.24" };

    private static Judgement Judge(MailAction action, string reason) => new(action, $"SPF: {reason}");
}
