using System.Net;
using System.Net.Sockets;

namespace FilterHost.Examples.RateLimit;

internal sealed class RateLimitFilter(RateLimitSettings settings, JudgementActions actions, ICounter counter) : MessageFilter
{
    // The first stage at which a message may get every answer; its recipients are known, and its body is yet to come.
    public override async ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        actions.RemoveForgedTags(message);
        if (KeyOf(message) is not { } key || settings.Exempt.Contains(key, StringComparer.OrdinalIgnoreCase))
            return Verdict.Continue;
        var amount = settings.CountRecipients ? message.Envelope.Recipients.Count : 1;
        return await counter.CountAsync(key, amount, message.CancellationToken) switch
        {
            CountOutcome.OverLimit => Apply(message, settings.OnLimit, $"{key} sent more than {settings.Limit} {(settings.CountRecipients ? "recipients" : "messages")} in {Text(settings.Period)}"),
            CountOutcome.Unavailable unavailable => Apply(message, settings.OnUnavailable, $"rate of {key} unknown", unavailable.Reason),
            _ => Verdict.Continue,
        };
    }

    private string? KeyOf(MailMessage message) => settings.By switch
    {
        RateLimitBy.User => message.AuthenticatedUser,
        RateLimitBy.Sender => SenderOf(message.Envelope.ReversePath),
        RateLimitBy.SenderDomain => message.Envelope.ReversePath.Domain?.ToString().ToLowerInvariant(),
        RateLimitBy.Client => ClientOf(message.Connection.ClientAddress),
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };

    private static string? SenderOf(EnvelopeAddress path) =>
        path is { LocalPart: { Length: > 0 } local, Domain: { } domain } ? $"{local}@{domain}".ToLowerInvariant() : null;

    // Who has one address of a /64 has them all.
    private static string? ClientOf(IPAddress? address)
    {
        if (address?.AddressFamily is not AddressFamily.InterNetworkV6)
            return address?.ToString();
        var octets = address.GetAddressBytes();
        Array.Clear(octets, 8, 8);
        return $"{new IPAddress(octets)}/64";
    }

    private static string Text(TimeSpan period) => period.TotalHours >= 1 && period.Minutes + period.Seconds == 0 ? $"{period.TotalHours}h" : $"{period.TotalSeconds}s";

    // The client is not told what is wrong with our servers.
    private Verdict Apply(MailMessage message, MailAction action, string text, string? reason = null)
    {
        message.Note(reason is null ? text : $"{text}: {reason}");
        return actions.Apply(message, new Judgement(action, text));
    }
}
