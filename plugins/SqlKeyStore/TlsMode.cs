namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>How the connection to PostgreSQL is protected.</summary>
public enum TlsMode
{
    /// <summary>TLS; the certificate is of a trusted authority and names the host.</summary>
    VerifyFull,

    /// <summary>TLS; the certificate is of a trusted authority, whatever it names.</summary>
    VerifyCa,

    /// <summary>TLS with whatever certificate.</summary>
    Unverified,

    /// <summary>No TLS.</summary>
    Disable,
}
