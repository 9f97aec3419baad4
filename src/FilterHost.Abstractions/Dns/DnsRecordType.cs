namespace FilterHost.Dns;

/// <summary>The record types that mail authentication asks for; the values are those of RFC 1035 and RFC 3596.</summary>
public enum DnsRecordType
{
    /// <summary>IPv4 addresses.</summary>
    A = 1,

    /// <summary>Names, for reverse look-ups.</summary>
    Ptr = 12,

    /// <summary>Mail exchangers.</summary>
    Mx = 15,

    /// <summary>Text.</summary>
    Txt = 16,

    /// <summary>IPv6 addresses.</summary>
    Aaaa = 28,
}
