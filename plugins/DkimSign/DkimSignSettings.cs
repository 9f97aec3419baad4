using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimSign;

public sealed record DkimSignSettings
{
    [Setting("How header section and body are canonicalized, each \"simple\" or \"relaxed\": \"relaxed/simple\". Simple header sections do not survive MTAs that refold.")]
    public string Canonicalization { get; init; } = "relaxed/relaxed";

    [Setting("Fields that are signed once more than the message has them, so that adding another breaks the signature. From is always among them.")]
    public IReadOnlyList<string> Oversign { get; init; } = new DkimSigningOptions().Oversign;

    [Setting("Fields that are signed where the message has them. A name may end with *. List-* is not oversigned, so that mailing lists may add such fields.")]
    public IReadOnlyList<string> SignHeaders { get; init; } = new DkimSigningOptions().SignIfPresent;

    [Setting("How long after signing the signature expires (x=), 0 for never. Too short a time breaks mail that waits in queues.", Minimum = 0, Example = "\"7d\"")]
    public TimeSpan ExpireAfter { get; init; }

    [Setting("What is done to our own mail with several From fields or authors of several domains, which is never signed: \"accept\" sends it unsigned, \"reject\" refuses it.")]
    public SeveralFromPolicy OnSeveralFrom { get; init; } = SeveralFromPolicy.Accept;
}
