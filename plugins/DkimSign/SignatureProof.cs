using FilterHost.Dns;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Says of a message that is only observed whether its signature would verify.</summary>
internal sealed class SignatureProof(PublicKeyCache cache, IDnsResolver? resolver = null)
{
    public async ValueTask<string> DescribeAsync(CompleteMessage message, HeaderField signature)
    {
        if (resolver is null)
            return "not compared with DNS, for want of a resolver";
        try
        {
            return await OwnSignature.FindProblemAsync(signature, message.Header, resolver, cache, message.CancellationToken) ?? "verifies";
        }
        catch (ServiceFaultException)
        {
            // Without observing nothing would have been asked, so that it must not change what is observed.
            return "key could not be looked up";
        }
    }
}
