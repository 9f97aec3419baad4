namespace FilterHost;

/// <summary>The SMTP envelope of one message. At the MAIL stage it has no recipients yet.</summary>
public abstract class Envelope
{
    internal Envelope()
    {
    }

    /// <summary>The reverse-path of MAIL FROM.</summary>
    public abstract EnvelopeAddress ReversePath { get; }

    /// <summary>The ESMTP parameters of MAIL FROM as received, such as <c>SIZE=1000</c>.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>The recipients that were accepted so far, in order.</summary>
    public abstract IReadOnlyList<EnvelopeRecipient> Recipients { get; }

    /// <summary>True where the client asked for SMTPUTF8 (RFC 6531 §3.4): addresses and header fields may then hold UTF-8.</summary>
    public bool IsInternationalized
    {
        get
        {
            foreach (var parameter in Parameters)
            {
                if (parameter.Equals("SMTPUTF8", StringComparison.OrdinalIgnoreCase))
                    return true;
            }
            return false;
        }
    }
}
