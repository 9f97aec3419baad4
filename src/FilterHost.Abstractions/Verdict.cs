namespace FilterHost;

/// <summary>
/// A filter's answer at a stage. Reject, temporary failure and discard end the stage at once; at RCPT they concern that recipient only.
/// Converts to the <see cref="ValueTask{TResult}"/> that a stage returns, so that <c>return Verdict.Continue;</c> works with and without <c>async</c>.
/// </summary>
public sealed class Verdict
{
    private Verdict(VerdictKind kind, SmtpReply? reply = null) => (Kind, SmtpReply) = (kind, reply);

    /// <summary>Go on.</summary>
    public static Verdict Continue { get; } = new(VerdictKind.Continue);

    /// <summary>This filter is done with the message and is not asked again; the others go on. The MTA hears it only when all filters are done.</summary>
    public static Verdict Accept { get; } = new(VerdictKind.Accept);

    /// <summary>Tell the client that the message is accepted, and drop it.</summary>
    public static Verdict Discard { get; } = new(VerdictKind.Discard);

    /// <summary>What is to happen.</summary>
    public VerdictKind Kind { get; }

    /// <summary>The reply to the client; set for <see cref="VerdictKind.Reject"/> and <see cref="VerdictKind.TempFail"/> alone.</summary>
    public SmtpReply? SmtpReply { get; }

    /// <summary>True where the stage ends with this verdict.</summary>
    public bool IsFinal => Kind is VerdictKind.Reject or VerdictKind.TempFail or VerdictKind.Discard;

    /// <summary>Refuses for good with 550 5.7.1 and this text.</summary>
    /// <exception cref="FormatException">The text cannot stand in a reply; see <see cref="FilterHost.SmtpReply"/>.</exception>
    public static Verdict Reject(string text) => Reply(new SmtpReply(550, "5.7.1", text));

    /// <summary>Refuses for now with 451 4.7.1 and this text.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public static Verdict TempFail(string text) => Reply(new SmtpReply(451, "4.7.1", text));

    /// <summary>Refuses with this reply; its class says whether for good (5yz) or for now (4yz).</summary>
    public static Verdict Reply(SmtpReply reply) => new(reply.IsPermanent ? VerdictKind.Reject : VerdictKind.TempFail, reply);

    /// <summary>The verdict as the completed result of a stage.</summary>
    public ValueTask<Verdict> AsTask() => new(this);

    /// <summary>The verdict as the completed result of a stage.</summary>
    public static implicit operator ValueTask<Verdict>(Verdict verdict) => new(verdict);

    /// <inheritdoc/>
    public override string ToString() => SmtpReply is null ? Kind.ToString() : $"{Kind} ({SmtpReply})";
}
