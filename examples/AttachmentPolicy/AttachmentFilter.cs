using System.Text;
using MimeKit;
using MimeKit.Cryptography;
using MimeKit.Tnef;

namespace FilterHost.Examples.AttachmentPolicy;

internal sealed class AttachmentFilter(AttachmentPolicySettings settings, ForbiddenNames forbidden, JudgementActions actions) : MessageFilter
{
    private static readonly FormatOptions Wire = new() { NewLineFormat = NewLineFormat.Dos, EnsureNewLine = true };
    private static readonly string[] PartFields = ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];

    private readonly List<Finding> _findings = [];
    private ArchiveSearch? _archives;

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        actions.RemoveForgedTags(message);
        _archives = new ArchiveSearch(settings, forbidden, message.CancellationToken);
        using var octets = message.OpenRead();
        if (Load(octets) is not { } mail)
            return Apply(message, new Finding(settings.OnUnreadable, "the message cannot be read"));
        using (mail)
        {
            var body = mail.Body is null ? null : Examine(mail.Body, isSigned: false);
            if (Finding.Strongest(_findings) is not { } strongest)
                return Verdict.Continue;
            if (_findings.Exists(static finding => finding.Action is AttachmentAction.Strip) && strongest.Action <= AttachmentAction.Quarantine)
                ReplaceBody(message, body!);
            return Apply(message, strongest);
        }
    }

    public static MailAction MailActionOf(AttachmentAction action) => action switch
    {
        AttachmentAction.Accept or AttachmentAction.Strip => MailAction.Accept,
        AttachmentAction.Tag => MailAction.Tag,
        AttachmentAction.Quarantine => MailAction.Quarantine,
        AttachmentAction.Discard => MailAction.Discard,
        AttachmentAction.Tempfail => MailAction.Tempfail,
        AttachmentAction.Reject => MailAction.Reject,
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

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

    private Verdict Apply(CompleteMessage message, Finding strongest)
    {
        foreach (var finding in _findings.DefaultIfEmpty(strongest))
            message.Note($"{finding.Text}: {finding.Action.ToString().ToLowerInvariant()}");
        // RFC 3463 §3.7: X.7.1, delivery not authorized, message refused.
        return actions.Apply(message, new Judgement(MailActionOf(strongest.Action), strongest.Text));
    }

    /// <summary>Judges a part and what is in it; returns what is to stand in its place, itself where it stays.</summary>
    private MimeEntity Examine(MimeEntity entity, bool isSigned)
    {
        if (FindingOf(entity) is { } finding)
        {
            // What is signed would show as forged without the part.
            if (isSigned && finding.Action is AttachmentAction.Strip)
                finding = finding with { Action = settings.OnSigned };
            _findings.Add(finding);
            return finding.Action is AttachmentAction.Strip ? ReplacementOf(entity) : entity;
        }
        switch (entity)
        {
            case Multipart multipart:
                for (var i = 0; i < multipart.Count; i++)
                    multipart[i] = Examine(multipart[i], isSigned || multipart is MultipartSigned);
                break;
            case MessagePart { Message.Body: { } inner } part:
                part.Message!.Body = Examine(inner, isSigned);
                break;
        }
        return entity;
    }

    private Finding? FindingOf(MimeEntity entity)
    {
        var names = ForbiddenNames.Of(entity);
        if (names.FirstOrDefault(forbidden.Contains) is { } name)
            return new Finding(settings.OnMatch, $"attachment {name} is not allowed");
        var type = entity.ContentType.MimeType;
        if (forbidden.ContainsType(type))
            return new Finding(settings.OnMatch, $"an attachment of type {type} is not allowed");
        return entity switch
        {
            TnefPart tnef => FindingInTnef(tnef),
            // Deeper than the parser goes, or without a boundary.
            MimePart when entity.ContentType.IsMimeType("multipart", "*") => new Finding(settings.OnUnreadable, "a part of many parts cannot be read"),
            MimePart { Content: { } content } => FindingInFile(names.Count > 0 ? names[0] : type, content),
            _ => null,
        };
    }

    private Finding? FindingInFile(string name, IMimeContent content)
    {
        using var octets = content.Open();
        return _archives!.Search(name, octets);
    }

    // winmail.dat: Outlook's own wrapping of attachments.
    private Finding? FindingInTnef(TnefPart tnef)
    {
        try
        {
            return Finding.Strongest([.. tnef.ExtractAttachments().Select(FindingOf).OfType<Finding>()]);
        }
        catch (Exception e) when (e is TnefException or FormatException or IOException or ArgumentException or NotSupportedException)
        {
            return new Finding(settings.OnUnreadable, "winmail.dat cannot be read");
        }
    }

    private TextPart ReplacementOf(MimeEntity entity)
    {
        var name = ForbiddenNames.Of(entity) is [var first, ..] ? first : entity.ContentType.MimeType;
        var text = new TextPart("plain");
        text.SetText(Encoding.UTF8, $"{settings.Replacement.Replace("{name}", name, StringComparison.Ordinal)}\r\n");
        text.ContentTransferEncoding = text.GetBestEncoding(EncodingConstraint.SevenBit);
        return text;
    }

    private static void ReplaceBody(CompleteMessage message, MimeEntity body)
    {
        using var content = new MemoryStream();
        body.WriteTo(Wire, content, contentOnly: true);
        message.Edits.ReplaceBody(content.GetBuffer().AsSpan(0, (int)content.Length));
        foreach (var name in PartFields)
            Set(message, name, body.Headers[name]);
        if (message.Header.First("MIME-Version") is null)
            message.Edits.Append("MIME-Version", "1.0");
    }

    private static void Set(CompleteMessage message, string name, string? value)
    {
        var field = message.Header.First(name);
        if (value is null && field is not null)
            message.Edits.Remove(field);
        else if (value is not null && field is null)
            message.Edits.Append(name, value);
        else if (value is not null && field is not null && !field.Text.Equals(value, StringComparison.OrdinalIgnoreCase))
            message.Edits.Replace(field, Encoding.UTF8.GetBytes($" {value}"));
    }
}
