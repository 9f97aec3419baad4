using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FilterHost.TestPlugins.Witness;

public sealed class WitnessFilter(WitnessSettings settings, ConnectionState<WitnessState> state, ILogger<WitnessFilter> logger) : MessageFilter
{
    private readonly List<string> _lines = [];
    private readonly IncrementalHash _body = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction)
    {
        state.Value.Messages++;
        Write("mail", transaction);
        return At("mail");
    }

    public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient)
    {
        Write($"recipient {recipient.Address} {string.Join(' ', recipient.Parameters)}", transaction);
        return recipient.Address.ToString().Contains("refused", StringComparison.Ordinal) || settings.Verdict != "reply" ? At("recipient") : Verdict.Continue;
    }

    public override ValueTask<Verdict> OnDataAsync(MailTransaction transaction)
    {
        Write("data", transaction);
        return At("data");
    }

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        if (settings.EndOfMessageOnly)
            return Verdict.Continue;
        Write("end_of_headers", message);
        Write(message);
        message.Attributes["example.com/witness"] = "was here";
        message.Attributes["example.com/number"] = 42L;
        return At("end_of_headers");
    }

    public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        _body.AppendData(chunk.Span);
        _length += chunk.Length;
        return At("body");
    }

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        Write("end_of_message", message);
        Write(message);
        _lines.Add($"body {_length} {Convert.ToHexString(_body.GetHashAndReset())}");
        using (var whole = message.OpenRead())
            _lines.Add($"whole {Convert.ToHexString(SHA256.HashData(whole))}");
        foreach (var method in settings.Publishes)
            Publish(message, method);
        if (settings.Edits)
            Edit(message);
        message.Note($"witnessed {message.QueueId}");
        logger.LogWarning("a word of the witness");
        foreach (var line in state.Value.Lines.Concat(_lines))
            message.Edits.Append("X-Witness", Convert.ToBase64String(Encoding.UTF8.GetBytes(line)));
        return At("end_of_message");
    }

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        logger.LogWarning("message {Number} ended: {Outcome}", state.Value.Messages, outcome);
        _body.Dispose();
        return ValueTask.CompletedTask;
    }

    public static Verdict VerdictOf(string verdict) => verdict switch
    {
        "accept" => Verdict.Accept,
        "reject" => Verdict.Reject("100% not wanted"),
        "tempfail" => Verdict.TempFail("not now"),
        "discard" => Verdict.Discard,
        "reply" => Verdict.Reply(new SmtpReply(554, "5.7.26", "no\nmore of this, 50% at least")),
        _ => throw new InvalidOperationException("the witness was told to throw"),
    };

    public static string Describe(SmtpConnection connection) =>
        $"name={connection.ClientName} address={connection.ClientAddress} port={connection.ClientPort} helo={connection.Helo} mta={connection.MtaName} daemon={connection.DaemonName} "
        + $"internal={connection.IsInternal} listener={connection.Listener} j={connection.Macros["j"]} _={connection.Macros["_"]}";

    private ValueTask<Verdict> At(string stage) => settings.At == stage && settings.Verdict is { } verdict ? VerdictOf(verdict) : Verdict.Continue;

    private void Write(string stage, MailTransaction transaction)
    {
        _lines.Add($"{stage}: message {state.Value.Messages}, from={transaction.Envelope.ReversePath} {string.Join(' ', transaction.Envelope.Parameters)} "
            + $"to={string.Join(',', transaction.Envelope.Recipients.Select(recipient => $"{recipient.Address} {string.Join(' ', recipient.Parameters)}"))} "
            + $"queue={transaction.QueueId} user={transaction.AuthenticatedUser} macro={transaction.Macros["{mail_addr}"]} {Describe(transaction.Connection)}");
        foreach (var (name, value) in transaction.Attributes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            _lines.Add($"attribute {name}={value} ({value.GetType().Name})");
    }

    private void Write(MailMessage message)
    {
        _lines.Add($"origin {message.Origin}: {message.DescribeOrigin()}");
        foreach (var field in message.Header)
            _lines.Add($"field {Convert.ToBase64String(field.Name.Span)}:{Convert.ToBase64String(field.Body.Span)}");
        var section = message.Header.ToList();
        foreach (var result in message.Results)
        {
            // A worker's result says that it is one.
            var known = result with { Provenance = default };
            _lines.Add($"result {known} {string.Join(' ', known.Properties)}"
                + (result is DkimSignatureResult { Field: { } own } ? $" field {section.IndexOf(own)}" : "")
                + (result is DmarcResult { Tags: { } tags } dmarc ? $" {string.Join(';', tags)} {string.Join(',', dmarc.Overrides)}" : ""));
        }
    }

    private static void Publish(MailMessage message, string method)
    {
        message.Publish(method switch
        {
            "dkim" => new DkimSignatureResult
            {
                Outcome = DkimOutcome.Pass, Defect = DkimDefect.WeakKey, SigningDomain = DomainName.Parse("bücher.example"), Selector = "s", UserIdentifier = "@x", Algorithm = "rsa-sha256", KeyBits = 2048,
                IsTestingKey = true, UncoveredBytes = 7, SignedAt = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch.AddDays(1), KeySecurity = Dns.DnsSecurity.Secure,
                Field = message.Header[0], SignaturePrefix = "abcd", Reason = "why \"not\"\u00e9",
            },
            "spf" => new SpfResult
            {
                Outcome = SpfOutcome.SoftFail, Identity = SpfIdentity.MailFrom, Domain = DomainName.Parse("example.com"), Mailbox = "a@example.com", IsNullPath = false, Mechanism = "~all", MatchWidth = 32,
            },
            "dmarc" => new DmarcResult
            {
                Outcome = DmarcOutcome.Fail, AuthorDomain = DomainName.Parse("a.example.com"), OrganizationalDomain = DomainName.Parse("example.com"), PolicyDomain = DomainName.Parse("example.com"),
                Tags = new Dictionary<string, string> { ["v"] = "DMARC1", ["p"] = "reject" }, IsDkimAligned = false, IsSpfAligned = true, Policy = DmarcPolicy.Reject, Disposition = DmarcPolicy.None, Overrides = ["local_policy"],
            },
            _ => new GenericResult(method, "pass", new ResultProperty("policy", "score", "5"), new ResultProperty("header", "x", "a b")) { Reason = "generic" },
        });
    }

    private static void Edit(CompleteMessage message)
    {
        var edits = message.Edits;
        edits.InsertAtTop("X-Top", "one\r\n\ttwo");
        edits.InsertAtTop(new HeaderField("X-Bare"u8.ToArray(), "no space"u8.ToArray()));
        if (message.Header.First("Subject") is { } subject)
            edits.Replace(edits.Replace(subject, " first"u8.ToArray()), " second"u8.ToArray());
        if (message.Header.All("Received").LastOrDefault() is { } received)
            edits.Remove(received);
        edits.Append("X-Last", "last");
        edits.ReplaceBody("new body\r\n"u8);
        edits.AddRecipient("<added@example.net>", "NOTIFY=NEVER");
        edits.RemoveRecipient(message.Envelope.Recipients[0]);
        edits.ChangeSender("<changed@example.com>");
        edits.Quarantine("the witness wants it held");
    }
}
