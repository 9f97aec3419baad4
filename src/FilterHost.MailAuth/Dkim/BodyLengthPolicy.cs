namespace FilterHost.MailAuth.Dkim;

/// <summary>What becomes of a signature that verifies but leaves the end of the body unsigned by <c>l=</c>.</summary>
public enum BodyLengthPolicy
{
    /// <summary>Its result is pass; the octets it leaves out are counted in the result.</summary>
    Accept,

    /// <summary>Its result is policy: anybody may have added to the message (RFC 6376 §8.2).</summary>
    PolicyIfUncovered,
}
