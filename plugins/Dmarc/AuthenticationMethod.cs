namespace FilterHost.Plugins.Dmarc;

/// <summary>The methods that give authenticated identifiers (RFC 9989 §4.3).</summary>
public enum AuthenticationMethod
{
    Spf,
    Dkim,
}
