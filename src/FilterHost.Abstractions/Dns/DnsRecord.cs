using System.Net;

namespace FilterHost.Dns;

/// <summary>One record of an answer.</summary>
public abstract record DnsRecord
{
    private DnsRecord()
    {
    }

    /// <summary>An A or AAAA record.</summary>
    public sealed record Address(IPAddress Value) : DnsRecord;

    /// <summary>An MX record. <see cref="Exchange"/> is null for the null MX (RFC 7505) and for a name that cannot be asked for.</summary>
    public sealed record MailExchanger(int Preference, DomainName? Exchange) : DnsRecord;

    /// <summary>A PTR record.</summary>
    public sealed record Pointer(DomainName Name) : DnsRecord;

    /// <summary>A TXT record: its character-strings joined with nothing between (RFC 6376 §3.6.2.2, RFC 7208 §3.3).</summary>
    public sealed record Text(ReadOnlyMemory<byte> Value) : DnsRecord;
}
