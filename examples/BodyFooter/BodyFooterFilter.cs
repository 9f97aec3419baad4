using System.Text;
using MimeKit;
using MimeKit.Cryptography;

namespace FilterHost.Examples.BodyFooter;

internal sealed class BodyFooterFilter(BodyFooterSettings settings) : MessageFilter
{
    private static readonly FormatOptions Wire = new() { NewLineFormat = NewLineFormat.Dos, EnsureNewLine = true };

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (message.Origin is MailOrigin.External or MailOrigin.Reentered)
            return Verdict.Continue;
        using var octets = message.OpenRead();
        using var mail = Load(octets);
        if (WhyNot(message, mail) is { } reason)
            message.Note($"no footer: {reason}");
        else if (AddFooters(mail!.Body!))
            ReplaceBody(message, mail.Body!);
        else
            message.Note("no footer: the message has no text that takes it");
        return Verdict.Continue;
    }

    private static MimeMessage? Load(Stream octets)
    {
        try
        {
            return MimeMessage.Load(octets);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string? WhyNot(CompleteMessage message, MimeMessage? mail)
    {
        if (mail?.Body is not { } body)
            return "the message has no body that can be read";
        if (IsSealed(body))
            return "the message is signed or encrypted";
        return message.Header.First("DKIM-Signature") is null ? null : "the message has a DKIM signature already";
    }

    // What is signed or encrypted anywhere inside would be broken, or shown as broken, by a text beside it. PGP may stand in the text itself (RFC 9580 §6.2).
    private static bool IsSealed(MimeEntity entity) => entity switch
    {
        MultipartSigned or MultipartEncrypted or ApplicationPkcs7Mime => true,
        Multipart multipart => multipart.Any(IsSealed),
        TextPart { Content: not null } text => text.Text.Contains("-----BEGIN PGP ", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>True where a text took it: that of a plain message, each form of an alternative, the first of a mixed one.</summary>
    private bool AddFooters(MimeEntity entity) => entity switch
    {
        TextPart { IsAttachment: false } text when text.IsPlain => FooterText.TryAdd(text, original => FooterText.Below(original, settings.Text)),
        TextPart { IsAttachment: false } text when text.IsHtml => FooterText.TryAdd(text, original => FooterText.InHtml(original, settings)),
        MultipartAlternative alternative => alternative.Select(AddFooters).ToArray().Any(static added => added),
        Multipart multipart => multipart.Any(AddFooters),
        _ => false,
    };

    private static void ReplaceBody(CompleteMessage message, MimeEntity body)
    {
        using var content = new MemoryStream();
        body.WriteTo(Wire, content, contentOnly: true);
        message.Edits.ReplaceBody(content.GetBuffer().AsSpan(0, (int)content.Length));
        foreach (var name in new[] { "Content-Type", "Content-Transfer-Encoding" })
        {
            if (body.Headers[name] is { } value)
                Set(message, name, value);
        }
        if (message.Header.First("MIME-Version") is null)
            message.Edits.Append("MIME-Version", "1.0");
    }

    private static void Set(CompleteMessage message, string name, string value)
    {
        if (message.Header.First(name) is not { } field)
            message.Edits.Append(name, value);
        else if (!field.Text.Equals(value, StringComparison.OrdinalIgnoreCase))
            message.Edits.Replace(field, Encoding.UTF8.GetBytes($" {value}"));
    }
}
